import { Unreachable, type Grant } from "./api";

/** What somebody has written and not yet sent. It survives a reload, a lost network and an empty battery. */
export interface Draft {
  version: 1;
  /** Made once per draft and sent with every try, so that two tries are one case. */
  key: string;
  savedAt: number;
  fields: Record<string, string>;
  /** Somebody pressed "send" and it has not gone through. */
  waiting: boolean;
  /** The exact body of a try whose outcome is unknown. Another body under the same key would be refused. */
  body: string | null;
}

export interface StoredPhoto {
  id: string;
  draft: string;
  name: string;
  type: string;
  blob: Blob;
  grant: Grant | null;
  uploaded: boolean;
}

const NAME = "synpunkt.draft";
const KEEP_DAYS = 7;

/** The draft from last time; `null` when there is none or it is older than a week. */
export function loadDraft(): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(NAME) ?? "null") as Draft | null;
    if (draft?.version !== 1 || Date.now() - draft.savedAt > KEEP_DAYS * 86_400_000) return null;
    return draft;
  } catch {
    return null;
  }
}

/** Saves the draft. A full or closed storage is no reason to stop anyone from writing. */
export function saveDraft(draft: Draft): void {
  try {
    localStorage.setItem(NAME, JSON.stringify({ ...draft, savedAt: Date.now() }));
  } catch {
    /* private windows may refuse to store */
  }
}

export function dropDraft(): void {
  try {
    localStorage.removeItem(NAME);
  } catch {
    /* as above */
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("synpunkt", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("photos", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Unreachable("storage"));
  });
}

async function withPhotos<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  try {
    const database = await open();
    try {
      return await new Promise<T>((resolve, reject) => {
        const request = use(database.transaction("photos", mode).objectStore("photos"));
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Unreachable("storage"));
      });
    } finally {
      database.close();
    }
  } catch {
    return null;
  }
}

export async function keepPhoto(photo: StoredPhoto): Promise<void> {
  await withPhotos("readwrite", (store) => store.put(photo));
}

export async function forgetPhoto(id: string): Promise<void> {
  await withPhotos("readwrite", (store) => store.delete(id));
}

/** The photos of a draft. Photos of drafts that are gone are forgotten on the way. */
export async function photosOf(draft: string): Promise<StoredPhoto[]> {
  const all = (await withPhotos("readonly", (store) => store.getAll() as IDBRequest<StoredPhoto[]>)) ?? [];
  for (const photo of all) if (photo.draft !== draft) await forgetPhoto(photo.id);
  return all.filter((photo) => photo.draft === draft);
}
