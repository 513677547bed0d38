/**
 * What was captured and has not been sent yet, in the browser's own database: whose it is, of which draft, for which field.
 * It knows nothing of forms or of sending.
 */

export interface Kept {
  readonly id: string;
  readonly user: string;
  /** The name of the draft that it belongs to (see form/drafts.ts). */
  readonly draft: string;
  /** What is being filled in, in words. */
  readonly title: string;
  readonly field: string;
  readonly at: number;
  readonly name: string;
  readonly type: string;
  readonly bytes: ArrayBuffer;
  readonly size: number;
  /** The entry of the field's value without its file; null where the file alone is the entry. */
  readonly facts: object | null;
}

const NAME = "youju.captured";
const STORE = "waiting";
const KEPT_DAYS = 14;
/** So much is kept at most on one device. */
const MOST_BYTES = 150 * 1024 * 1024;

let opened: Promise<IDBDatabase> | null = null;

const outcome = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no database"));
  });

const open = (): Promise<IDBDatabase> => {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const made = request.result.createObjectStore(STORE, { keyPath: "id" });
      made.createIndex("draft", ["user", "draft", "at"]);
      made.createIndex("at", ["user", "at"]);
      made.createIndex("size", "size");
    };
    outcome(request).then(resolve, reject);
  });
  return opened;
};

/** Do something with the store in a transaction; settles when it is safely written. */
async function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>): Promise<T> {
  const transaction = (await open()).transaction(STORE, mode);
  const written = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("not kept"));
  });
  const [result] = await Promise.all([work(transaction.objectStore(STORE)), written]);
  return result;
}

/** Go through the keys of an index, without what is kept under them. */
async function eachKey(source: IDBIndex, range: IDBKeyRange | null, look: (one: IDBCursor) => void): Promise<void> {
  const request = source.openKeyCursor(range);
  for (let cursor = await outcome(request); cursor; cursor = await outcome(request)) {
    look(cursor);
    cursor.continue();
  }
}

const everythingOf = (...parts: string[]): IDBKeyRange => IDBKeyRange.bound(parts, [...parts, []]);

/** Keep something; tells whether it is kept: not where the device has no room, or the browser no store. */
export async function keep(one: Kept): Promise<boolean> {
  try {
    return await inStore("readwrite", async (store) => {
      let taken = one.size;
      await eachKey(store.index("size"), null, ({ key }) => (taken += Number(key)));
      if (taken > MOST_BYTES) return false;
      await outcome(store.put(one));
      return true;
    });
  } catch {
    return false; // The browser keeps nothing for this page, or its room is full: whoever asked says so.
  }
}

/** What is kept of a draft, the oldest first. */
export const ofDraft = (user: string, draft: string): Promise<Kept[]> =>
  inStore("readonly", (store) => outcome<Kept[]>(store.index("draft").getAll(everythingOf(user, draft))));

/** The drafts of which somebody has things kept here, by name: how many, and the id of one of them. */
export async function draftsWaiting(user: string): Promise<Map<string, { count: number; one: string }>> {
  const found = new Map<string, { count: number; one: string }>();
  await inStore("readonly", (store) =>
    eachKey(store.index("draft"), everythingOf(user), ({ key, primaryKey }) => {
      const draft = String((key as string[])[1]);
      found.set(draft, { count: (found.get(draft)?.count ?? 0) + 1, one: String(primaryKey) });
    }),
  );
  return found;
}

export const read = (id: string): Promise<Kept | undefined> =>
  inStore("readonly", (store) => outcome<Kept | undefined>(store.get(id)));

export const forget = (id: string): Promise<void> =>
  inStore("readwrite", async (store) => void (await outcome(store.delete(id))));

export const forgetDraft = (user: string, draft: string): Promise<void> =>
  inStore("readwrite", (store) =>
    eachKey(store.index("draft"), everythingOf(user, draft), ({ primaryKey }) => store.delete(primaryKey)),
  );

export const forgetAll = (): Promise<void> =>
  inStore("readwrite", async (store) => void (await outcome(store.clear())));

/** Forget what is somebody else's, and what lay too long. */
export const tidy = (user: string): Promise<void> =>
  inStore("readwrite", (store) =>
    eachKey(store.index("at"), null, ({ key, primaryKey }) => {
      const [whose, at] = key as [string, number];
      if (whose !== user || Date.now() - at > KEPT_DAYS * 86_400_000) store.delete(primaryKey);
    }),
  );
