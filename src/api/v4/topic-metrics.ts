/** Numbers of chosen topics, as EMQX's module of topic metrics has them. */

import { InvalidRequest } from '../../broker/broker.ts';
import { BackendError } from '../../ports/backend-error.ts';
import { answer, codes, done, fieldsOf, textOf, type V4Answer, type V4Call, V4Failure, type V4Row, v4 } from './row.ts';

const MODULE = 'emqx_mod_topic_metrics';

interface Counted {
  readonly topic: string;
  readonly since: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** @throws V4Failure while the module is not loaded, and for what it refuses */
async function ask(call: V4Call, command: 'list' | 'add' | 'remove', ...topics: string[]): Promise<unknown> {
  const { modules } = call.management;
  const isRunning = modules?.list().some(({ name, state }) => name === MODULE && state === 'running') === true;
  if (modules?.run === undefined || !isRunning) throw new V4Failure(codes.unknown, `${MODULE} is not loaded`);
  try {
    return await modules.run(MODULE, command, topics);
  } catch (error) {
    const isOfCaller = error instanceof InvalidRequest || error instanceof BackendError;
    throw isOfCaller ? new V4Failure(codes.topicWrong, error.message) : error;
  }
}

async function counted(call: V4Call): Promise<readonly Counted[]> {
  return ((await ask(call, 'list')) as { items: readonly Counted[] }).items;
}

function shown({ topic, since, metrics }: Counted): object {
  return { topic, create_time: since, metrics };
}

async function one(call: V4Call): Promise<V4Answer> {
  const found = (await counted(call)).find(({ topic }) => topic === call.params['topic']);
  if (found === undefined) throw new V4Failure(codes.unknown, 'topic_not_found');
  return answer(shown(found));
}

export const topicMetricsRows: readonly V4Row[] = [
  v4('GET /topic-metrics', 'read', 'list_all_topic_metrics', 'A list of all topic metrics', async (call) =>
    answer((await counted(call)).map(shown)),
  ),
  v4('GET /topic-metrics/:topic', 'read', 'list_topic_metrics', 'Metrics of a topic', one),
  v4('POST /topic-metrics', 'operate', 'register_topic_metrics', 'Register topic metrics', async (call) => {
    await ask(call, 'add', textOf(fieldsOf(call.body), 'topic'));
    return done;
  }),
  v4('DELETE /topic-metrics', 'operate', 'unregister_all_topic_metrics', 'Unregister all topics', async (call) => {
    for (const { topic } of await counted(call)) await ask(call, 'remove', topic);
    return done;
  }),
  v4('DELETE /topic-metrics/:topic', 'operate', 'unregister_topic_metrics', 'Unregister a topic', async (call) => {
    await ask(call, 'remove', call.params['topic'] ?? '');
    return done;
  }),
];
