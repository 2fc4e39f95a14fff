/** What the page and the thread that asks for it say to each other. Each question has a number that its answers carry. */

/** What a request carries besides its address. */
export interface RequestInitial {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Question =
  | { readonly id: number; readonly kind: 'ask'; readonly url: string; readonly init: RequestInitial }
  | { readonly id: number; readonly kind: 'stream'; readonly url: string }
  /** Nobody waits for the answers any more. */
  | { readonly id: number; readonly kind: 'leave' };

/** An answer, whatever its status. */
export interface Answered {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Blob;
}

export type Told =
  | ({ readonly id: number; readonly kind: 'answer' } & Answered)
  | { readonly id: number; readonly kind: 'opened' }
  | { readonly id: number; readonly kind: 'event'; readonly name: string; readonly data: string }
  /** There is no answer, or the stream has ended. */
  | { readonly id: number; readonly kind: 'failed' };
