/** All calls of EMQX 4's API that there are, in the order in which they are listed. */

import { aclRows } from './acl.ts';
import { bannedRows } from './banned.ts';
import { clientRows } from './clients.ts';
import { dataRows } from './data.ts';
import { nodeRows } from './nodes.ts';
import { partRows } from './parts.ts';
import { publishRows } from './publish.ts';
import type { V4Row } from './row.ts';
import { topicMetricsRows } from './topic-metrics.ts';
import { userRows } from './users.ts';

export const v4Rows: readonly V4Row[] = [
  ...nodeRows,
  ...clientRows,
  ...publishRows,
  ...partRows,
  ...bannedRows,
  ...userRows,
  ...aclRows,
  ...dataRows,
  ...topicMetricsRows,
];
