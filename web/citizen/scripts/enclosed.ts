import { Refused, Unreachable, type Grant } from "./api";
import { bitmap, lighter, MAX_BYTES, MOST, NotTaken, sendFile, typeOf } from "./upload";

/** What the texts of a page say of photos; `{name}` and `{percent}` are filled in. */
export type Say = (key: "not_image" | "too_many" | "too_big" | "uploading" | "done" | "failed" | "checking", values?: Record<string, string | number>) => string;

/** What the service knows of an upload. */
export interface UploadState {
  state: "granted" | "ready" | "rejected";
  detail?: string | null;
}

export interface EnclosedPhoto {
  id: number;
  name: string;
  state: "sending" | "done" | "failed";
  text: string;
  uploadId: string;
  picture: ImageBitmap | null;
  /** What is tried again when the network failed; nothing when trying again cannot help. */
  again: (() => Promise<void>) | null;
}

const LOOKS = 12;

/** Photos that are to go with what somebody writes: sent as soon as they are chosen, so that writing hides the wait. */
export class Enclosed {
  photos: EnclosedPhoto[] = [];
  problem = "";
  private last = 0;

  constructor(
    private readonly grant: (file: { filename: string; content_type: string; size: number }) => Promise<Grant>,
    private readonly look: (uploadId: string) => Promise<UploadState>,
    private readonly say: Say,
    private readonly changed: () => void,
  ) {}

  get ids(): string[] {
    return this.photos.flatMap((each) => (each.state === "done" ? [each.uploadId] : []));
  }

  /** Whether each has arrived; one that failed has to be taken away first. */
  get settled(): boolean {
    return this.photos.every((each) => each.state === "done");
  }

  async add(files: File[]): Promise<void> {
    this.problem = "";
    const chosen: Promise<void>[] = [];
    for (const file of files) {
      const type = typeOf(file);
      if (!type.startsWith("image/")) this.problem = this.say("not_image", { name: file.name });
      else if (this.photos.length >= MOST) this.problem = this.say("too_many");
      else {
        const photo: EnclosedPhoto = { id: ++this.last, name: file.name, state: "sending", text: this.say("uploading", { percent: 0 }), uploadId: "", picture: null, again: null };
        this.photos = [...this.photos, photo];
        chosen.push(this.send(photo, file, type));
      }
    }
    this.changed();
    await Promise.all(chosen);
  }

  remove(photo: EnclosedPhoto): void {
    this.photos = this.photos.filter((each) => each !== photo);
    photo.picture?.close();
    this.problem = "";
    this.changed();
  }

  clear(): void {
    for (const photo of this.photos) photo.picture?.close();
    this.photos = [];
    this.problem = "";
  }

  private async send(photo: EnclosedPhoto, file: File, type: string): Promise<void> {
    const small = await lighter(file, type);
    photo.picture = await bitmap(small.blob);
    if (small.blob.size > MAX_BYTES) return this.failed(photo, this.say("too_big", { name: file.name }));
    let grant: Grant | null = null;
    photo.again = async () => {
      photo.state = "sending";
      photo.text = this.say("uploading", { percent: 0 });
      this.changed();
      // One grant for all tries: there are only so many.
      grant = await this.arrives(photo, file.name, small, grant);
    };
    await photo.again();
  }

  /** Sends it and waits for the verdict; gives the grant that another try can use, if there is one. */
  private async arrives(photo: EnclosedPhoto, name: string, small: { blob: Blob; type: string }, earlier: Grant | null): Promise<Grant | null> {
    let grant = earlier;
    try {
      grant ??= await this.grant({ filename: name, content_type: small.type, size: small.blob.size });
      await sendFile(grant, small.blob, name, (percent) => {
        photo.text = this.say("uploading", { percent });
        this.changed();
      });
      photo.text = this.say("checking");
      photo.uploadId = grant.upload_id;
      this.changed();
      await this.judged(photo);
    } catch (error) {
      const why = error instanceof Refused ? (error.problem.errors?.[0]?.message ?? error.problem.detail ?? error.problem.title) : "";
      if (error instanceof Refused) photo.again = null;
      if (error instanceof NotTaken) grant = null;
      this.failed(photo, why || this.say("failed"));
    }
    return grant;
  }

  /** Waits a little for what becomes of it; one that is not judged by then goes along, and is judged later. */
  private async judged(photo: EnclosedPhoto): Promise<void> {
    for (let turn = 0; turn < LOOKS && this.photos.includes(photo); turn++) {
      // It has arrived, whether or not one can hear now what becomes of it.
      const { state, detail } = await this.look(photo.uploadId).catch((error: unknown): UploadState => {
        if (error instanceof Unreachable) return { state: "granted" };
        throw error;
      });
      if (state === "rejected") {
        photo.again = null;
        return this.failed(photo, detail ?? this.say("failed"));
      }
      if (state === "ready") break;
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    photo.state = "done";
    photo.text = this.say("done");
    this.changed();
  }

  private failed(photo: EnclosedPhoto, text: string): void {
    photo.state = "failed";
    photo.text = text;
    this.changed();
  }
}
