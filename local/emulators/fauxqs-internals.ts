import type { buildApp } from 'fauxqs';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type Persistence = NonNullable<Stores['sqsStore']['persistence']>;

interface Internals {
  readonly SqsStore: new () => Stores['sqsStore'];
  readonly SnsStore: new () => Stores['snsStore'];
  readonly S3Store: new () => Stores['s3Store'];
  readonly PersistenceManager: new (dataDir: string) => Persistence;
}

/**
 * The parts of fauxqs from which its own `startFauxqs` is made.
 *
 * `startFauxqs` is the only public way to a data directory, and it always listens on every network
 * interface; `buildApp` lets us bind to loopback, and takes stores, but the package does not export
 * their classes. So they are imported by file. The version is pinned exactly; a test of the local
 * emulator fails when another one has moved them.
 *
 * @throws {Error} when the files are not where version 2.4.1 has them
 */
export async function loadFauxqsInternals(): Promise<Internals> {
  const entry = import.meta.resolve('fauxqs');
  const load = async (file: string, name: string): Promise<unknown> => {
    const loaded = (await import(new URL(file, entry).href)) as Record<string, unknown>;
    if (typeof loaded[name] !== 'function') {
      throw new Error(`fauxqs has no ${name} in ${file}: is another version than 2.4.1 installed?`);
    }
    return loaded[name];
  };
  const [SqsStore, SnsStore, S3Store, PersistenceManager] = await Promise.all([
    load('sqs/sqsStore.js', 'SqsStore'),
    load('sns/snsStore.js', 'SnsStore'),
    load('s3/s3Store.js', 'S3Store'),
    load('persistence.js', 'PersistenceManager'),
  ]);
  return { SqsStore, SnsStore, S3Store, PersistenceManager } as Internals;
}

/**
 * Stores that keep everything in a directory, or in memory without one.
 *
 * @param dataDir is created if need be
 */
export async function openFauxqsStores(
  dataDir: string | undefined,
): Promise<{ stores: Stores; close: () => void }> {
  const { SqsStore, SnsStore, S3Store, PersistenceManager } = await loadFauxqsInternals();
  const stores: Stores = {
    sqsStore: new SqsStore(),
    snsStore: new SnsStore(),
    s3Store: new S3Store(),
  };
  if (dataDir === undefined) return { stores, close: () => {} };

  const persistence = new PersistenceManager(dataDir);
  // Loaded before it is wired in, as fauxqs does: re-creating a stored queue would delete its messages.
  persistence.load(stores.sqsStore, stores.snsStore, stores.s3Store);
  stores.sqsStore.persistence = persistence;
  stores.snsStore.persistence = persistence;
  stores.s3Store.persistence = persistence;
  for (const queue of stores.sqsStore.allQueues()) queue.persistence = persistence;

  // fauxqs 2.4.1 writes NULL into a NOT NULL column when a message is made visible at once, and the
  // message is gone from memory by then. The row needs no write: `releaseInFlight` reads it as
  // received and releases it, too.
  persistence.updateMessageReady = () => {};
  releaseInFlight(stores.sqsStore);
  return { stores, close: () => persistence.close() };
}

// Whoever had received these messages ended with the last process. On SQS they would come back when
// their visibility timeout is over, minutes later; here a restart shows them at once. A message that
// was deferred comes early, finds its event not due, and is deferred again.
function releaseInFlight(sqsStore: Stores['sqsStore']): void {
  for (const queue of sqsStore.allQueues()) {
    for (const receiptHandle of queue.inflightMessages.keys()) {
      queue.changeVisibility(receiptHandle, 0);
    }
  }
}
