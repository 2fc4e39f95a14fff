import { describe, expect, it } from 'vitest';
import { BackendError } from '../../ports/backend-error.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import type { SqlConnection, SqlResult } from './connection.ts';
import { SqlPool, type SqlPoolOptions } from './pool.ts';

interface Asked {
  readonly text: string;
  answer(): void;
  fail(error: Error): void;
}

/** A database that answers when the test says so. */
class FakeDatabase {
  isDown = false;
  isSilent = false;
  attempts = 0;
  connections: FakeConnection[] = [];
  asked: Asked[] = [];

  async connect(signal: AbortSignal): Promise<SqlConnection> {
    this.attempts++;
    if (this.isSilent) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    if (this.isDown) throw new Error('refused');
    const connection = new FakeConnection(this);
    this.connections.push(connection);
    return connection;
  }

  get open(): number {
    return this.connections.filter(({ isLost }) => !isLost).length;
  }

  /** As a server that stops: nothing is answered any more, and connections are gone. */
  stop(): void {
    this.isDown = true;
    for (const connection of this.connections) connection.destroy();
    for (const asked of this.asked.splice(0)) asked.fail(new Error('lost'));
  }
}

class FakeConnection implements SqlConnection {
  isLost = false;
  readonly #database: FakeDatabase;

  constructor(database: FakeDatabase) {
    this.#database = database;
  }

  query(text: string): Promise<SqlResult> {
    return new Promise((resolve, reject) => {
      if (this.isLost) reject(new Error('lost'));
      this.#database.asked.push({
        text,
        answer: () => resolve({ columns: ['text'], rows: [[text]] }),
        fail: reject,
      });
    });
  }

  async end(): Promise<void> {
    this.isLost = true;
  }

  destroy(): void {
    this.isLost = true;
  }
}

function poolOf(database: FakeDatabase, options: Partial<SqlPoolOptions> = {}): { pool: SqlPool; clock: FakeClock } {
  const clock = new FakeClock();
  const pool = new SqlPool({
    connectionsMax: 2,
    waitingMax: 3,
    connectSecondsMax: 5,
    querySecondsMax: 10,
    reconnectSecondsMax: 1,
    connect: (signal) => database.connect(signal),
    failureOf: (error) => (error instanceof BackendError ? error : new BackendError('FAKE_DOWN', String(error))),
    failure: (kind) => new BackendError(`FAKE_${kind}`, kind),
    clock,
    random: new SeededRandom(1),
    ...options,
  });
  return { pool, clock };
}

/** Lets everything that is ready happen. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

const codeOf = (question: Promise<SqlResult>): Promise<string> =>
  question.then(
    (result) => String(result.rows[0]?.[0]),
    (error: BackendError) => error.code,
  );

describe('a pool of connections', () => {
  it('opens no more connections than it may, and uses them again', async () => {
    const database = new FakeDatabase();
    const { pool } = poolOf(database);
    const answers = ['a', 'b', 'c'].map((text) => codeOf(pool.query(text, [])));
    await settled();
    expect(database.asked.map(({ text }) => text)).toEqual(['a', 'b']);
    database.asked[1]?.answer();
    await settled();
    expect(database.asked.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    for (const asked of database.asked) asked.answer();
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c']);
    expect(database.attempts).toBe(2);
  });

  it('refuses what would wait behind too many', async () => {
    const { pool } = poolOf(new FakeDatabase(), { connectionsMax: 1, waitingMax: 2 });
    const answers = ['a', 'b'].map((text) => codeOf(pool.query(text, [])));
    expect(await codeOf(pool.query('c', []))).toBe('FAKE_BUSY');
    void answers;
  });

  it('tries one connection first, and fails everybody at once while the database is down', async () => {
    const database = new FakeDatabase();
    database.isDown = true;
    const { pool, clock } = poolOf(database);
    const answers = ['a', 'b', 'c'].map((text) => codeOf(pool.query(text, [])));
    expect(await Promise.all(answers)).toEqual(['FAKE_DOWN', 'FAKE_DOWN', 'FAKE_DOWN']);
    expect(database.attempts).toBe(1);
    for (let i = 0; i < 50; i++) expect(await codeOf(pool.query('x', []))).toBe('FAKE_DOWN');
    expect(database.attempts).toBe(1);
    clock.advance(150);
    await settled();
    expect(database.attempts).toBe(2);
  });

  it('tries less and less often, and finds out by itself that the database is back', async () => {
    const database = new FakeDatabase();
    database.isDown = true;
    const { pool, clock } = poolOf(database);
    await codeOf(pool.query('a', []));
    const attempts: number[] = [];
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 20; i++) {
        clock.advance(50);
        await settled();
      }
      attempts.push(database.attempts);
    }
    expect(attempts[0]).toBeGreaterThanOrEqual(3);
    expect(attempts[9]).toBeLessThanOrEqual(20);
    expect(attempts[9]! - attempts[5]!).toBeGreaterThanOrEqual(2);
    database.isDown = false;
    clock.advance(2000);
    await settled();
    const answer = codeOf(pool.query('b', []));
    await settled();
    database.asked[0]?.answer();
    expect(await answer).toBe('b');
    expect(database.open).toBe(1);
  });

  it('asks again where a connection was lost unseen while it was idle', async () => {
    const database = new FakeDatabase();
    const { pool } = poolOf(database);
    const first = codeOf(pool.query('a', []));
    await settled();
    database.asked.shift()?.answer();
    expect(await first).toBe('a');
    const second = codeOf(pool.query('b', []));
    await settled();
    database.connections[0]?.destroy();
    database.asked.shift()?.fail(new Error('ECONNRESET'));
    await settled();
    expect(database.connections).toHaveLength(2);
    database.asked.shift()?.answer();
    expect(await second).toBe('b');
  });

  it('does not ask again where a new connection is lost', async () => {
    const database = new FakeDatabase();
    const { pool } = poolOf(database);
    const answer = codeOf(pool.query('a', []));
    await settled();
    database.stop();
    expect(await answer).toBe('FAKE_DOWN');
  });

  it('keeps a connection whose question failed by itself', async () => {
    const database = new FakeDatabase();
    const { pool } = poolOf(database);
    const bad = codeOf(pool.query('bad', []));
    await settled();
    database.asked.shift()?.fail(new Error('syntax'));
    expect(await bad).toBe('FAKE_DOWN');
    const good = codeOf(pool.query('good', []));
    await settled();
    database.asked.shift()?.answer();
    expect(await good).toBe('good');
    expect(database.attempts).toBe(1);
  });

  it('does not wait for an answer longer than it may, and gives that connection up', async () => {
    const database = new FakeDatabase();
    const { pool, clock } = poolOf(database, { connectionsMax: 1 });
    const late = codeOf(pool.query('late', []));
    await settled();
    clock.advance(5000);
    const behind = codeOf(pool.query('behind', []));
    await settled();
    clock.advance(5001);
    expect(await late).toBe('FAKE_QUERY_OVERDUE');
    expect(database.connections[0]?.isLost).toBe(true);
    await settled();
    expect(database.open).toBe(1);
    // The answer that comes too late is nobody's.
    database.asked[0]?.answer();
    database.asked[1]?.answer();
    expect(await behind).toBe('behind');
  });

  it('does not wait for a connection longer than it may', async () => {
    const database = new FakeDatabase();
    database.isSilent = true;
    const { pool, clock } = poolOf(database);
    const answer = codeOf(pool.query('a', []));
    await settled();
    clock.advance(5001);
    expect(await answer).toBe('FAKE_CONNECT_OVERDUE');
    await settled();
    expect(database.open).toBe(0);
  });

  it('goes on with the connections it has when it gets no more', async () => {
    const database = new FakeDatabase();
    const { pool } = poolOf(database);
    const first = codeOf(pool.query('a', []));
    await settled();
    database.isDown = true;
    const second = codeOf(pool.query('b', []));
    await settled();
    database.asked[0]?.answer();
    await settled();
    database.asked[1]?.answer();
    expect([await first, await second]).toEqual(['a', 'b']);
  });

  it('ends everything when it is closed', async () => {
    const database = new FakeDatabase();
    const { pool } = poolOf(database, { connectionsMax: 1 });
    const answers = ['a', 'b'].map((text) => codeOf(pool.query(text, [])));
    await settled();
    await pool.close();
    expect(await Promise.all(answers)).toEqual(['FAKE_CLOSED', 'FAKE_CLOSED']);
    expect(await codeOf(pool.query('c', []))).toBe('FAKE_CLOSED');
    expect(database.open).toBe(0);
  });

  it('leaves no connection behind when it is closed while one is being opened', async () => {
    const database = new FakeDatabase();
    database.isSilent = true;
    const { pool, clock } = poolOf(database);
    const answer = codeOf(pool.query('a', []));
    await pool.close();
    expect(await answer).toBe('FAKE_CLOSED');
    clock.advance(60_000);
    await settled();
    expect([database.open, database.attempts]).toEqual([0, 1]);
  });
});
