/** What the desk API answers (docs: /api/v1/openapi.json). */

export interface Named {
  code: string;
  name: string;
}

export interface Department {
  id: string;
  name: string;
}

export interface Me {
  caller_id: string;
  name: string;
  municipalities: string[];
  municipality_names: string[];
  scopes: string[];
  roles: string[];
  departments: string[];
  covers_for: string[];
}

export type AttentionName =
  | "citizen_answered"
  | "overdue"
  | "due_soon"
  | "offered"
  | "undelivered"
  | "new"
  | "open"
  | "elsewhere"
  | "planned"
  | "waiting"
  | "closed";

export type Priority = "low" | "normal" | "high";

export interface Row {
  case_id: string;
  reference: string;
  version: number;
  attention: AttentionName;
  attention_text: string;
  kind: string;
  kind_name: string;
  category: string | null;
  category_name: string;
  status: string;
  outcome: string | null;
  visibility: "public" | "held" | "private";
  municipality: Named;
  department: string | null;
  team: string | null;
  assignee: string | null;
  planned_for: string | null;
  lat: number | null;
  lon: number | null;
  photo_count: number;
  created_at: string;
  updated_at: string;
  place?: string | null;
  photo?: { thumbnail_url: string } | null;
  priority?: Priority;
  due_at?: string | null;
  overdue?: boolean;
  incident_id?: string | null;
  affected?: number;
}

export interface Rows {
  cases: Row[];
  next: string | null;
}

export interface Entry {
  sequence: number;
  at: string;
  type: string;
  actor: "citizen" | "handler" | "body" | "system";
  label: string;
  reason: string | null;
  data: Record<string, unknown>;
}

export interface Holder {
  id: string;
  name: string;
  municipality: string;
  body: string | null;
}

export interface Photo {
  photo_id: string;
  url: string;
  thumbnail_url: string;
  width: number;
  height: number;
  visibility: "public" | "held" | "private";
  masked: boolean;
  being_masked?: boolean;
  by?: "citizen" | "handler" | "body";
  /** The sequence of the entry it came with; nothing for a photo of the report. */
  said_with?: number | null;
}

export interface Incident {
  incident_id: string;
  title: string;
  cases: number;
  followers: number;
  references: string[];
}

/** Something said that has not left yet, or that was stopped. `mine`: one's own words. */
export interface Sending {
  sending_id: string;
  act: string;
  state: "waiting" | "sent" | "stopped" | "undone";
  send_at: string;
  mine: boolean;
  fields?: Record<string, string | string[] | null> | null;
  why_text?: string | null;
}

/** What a bulk change did, or will do at `send_at`. */
export interface Bulk {
  bulk_id: string;
  waiting: boolean;
  send_at?: string | null;
  done: string[];
  refused: { case_id: string; code: string; detail: string }[];
}

export interface Case {
  case_id: string;
  reference: string;
  version: number;
  kind: string;
  category: string | null;
  category_name: string;
  status: string;
  status_text: string;
  outcome: string | null;
  visibility: "public" | "held" | "private";
  municipality: Named | null;
  department: Department | null;
  holder: Holder | null;
  came_from: Holder[];
  hand_over: "offered" | "accepted" | null;
  answer_by: string | null;
  /** It came from somebody, or from triage, and may go back there. */
  returnable?: boolean;
  in_triage: boolean;
  location: { lat: number | null; lon: number | null; accuracy_m: number | null; text: string | null } | null;
  description: string | null;
  /** To what was asked beside the description; `question`: its words, where the municipality asks that. */
  answers: { name: string; question: string | null; answer: string }[];
  turn_to: string | null;
  team: string | null;
  assignee: string | null;
  planned_for: string | null;
  foreign_number: string | null;
  hidden: boolean;
  photo_count: number;
  timeline: Entry[];
  created_at: string;
  updated_at: string;
  description_public?: string | null;
  protected?: boolean;
  contact?: "none" | "given" | "protected";
  photos?: Photo[];
  priority?: Priority;
  received_on?: string | null;
  diary_number?: string | null;
  routing?: { sentences: string[] } | null;
  incident?: Incident | null;
  sendings?: Sending[];
}

export interface Colleague {
  staff_id: string;
  name: string;
  departments: string[];
  away_until?: string | null;
  covered_by?: string | null;
}

export interface Colleagues {
  people: Colleague[];
  departments: Department[];
  /** Those outside whom a case can be handed over to. */
  bodies?: Department[];
}

export interface Contact {
  name?: string | null;
  email?: string | null;
  phone?: string | null;
  language: string;
}

export interface Preview {
  mail: { subject: string; text: string } | null;
  readers: string[];
  public_text: string | null;
}

export interface Template {
  template_id: string;
  name: string;
  text: string;
  language: string;
  categories: string[];
  statuses: string[];
  /** Whether it is meant for the case that was asked for, and how it reads there. */
  fits?: boolean;
  rendered?: string | null;
}

export interface SavedView {
  view_id: string;
  name: string;
  shared: boolean;
  filters: Record<string, string | boolean>;
}

export interface TriageRow {
  case_id: string;
  reference: string;
  municipality: Named;
  kind_name: string;
  category_name: string;
  reason: string;
  reason_text: string;
  since: string;
  owner: string | null;
  due: string;
  overdue: boolean;
  created_at: string;
}

export interface StaffRow {
  staff_id: string;
  email: string;
  name: string;
  roles: string[];
  departments: string[];
  suspended: boolean;
  login: "municipality" | "account";
  cover: { by: string; until: string } | null;
}

export interface KeyRow {
  key_id: string;
  name: string;
  scopes: string[];
  test: boolean;
  created_at: string | null;
  revoked_at: string | null;
}

export interface StaffChange {
  at: string;
  what: string;
  about: string;
  by_name: string;
  changes: Record<string, unknown>;
}

export interface Notices {
  assigned: boolean;
  answered: boolean;
  digest: boolean;
  language?: string;
}

export type Act = "reply" | "note" | "question" | "plan" | "resolve";
export type Outcome = "fixed" | "answered" | "no_action" | "not_responsible" | "duplicate";
