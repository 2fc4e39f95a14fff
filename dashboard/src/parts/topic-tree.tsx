/** A tree of topics that the broker keeps: the children of a place are asked for when it is opened. */

import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { List, TopicChild } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { useText } from '../language/language.tsx';
import { Failure, Loading } from './states.tsx';
import classes from './topic-tree.module.css';
import { TreeFrame, TreeItem } from './tree-item.tsx';

const CHILDREN_FIRST = 200;
const CHILDREN_MAX = 1000;

interface TreeProps {
  /** Below the API: answers the children of `parent`. */
  readonly path: string;
  readonly label: string;
  /** The topic that is chosen; empty for none. */
  readonly chosen: string;
  readonly choose: (topic: string) => void;
  readonly everySeconds: number;
  readonly empty: ReactNode;
  /** Only first levels in which this occurs are shown. */
  readonly search?: string;
}

export function TopicTree(props: TreeProps): ReactNode {
  return (
    <TreeFrame label={props.label}>
      <Branch {...props} parent={undefined} depth={1} />
    </TreeFrame>
  );
}

interface BranchProps extends TreeProps {
  readonly parent: string | undefined;
  readonly depth: number;
}

function Branch(props: BranchProps): ReactNode {
  const { path, parent, depth, everySeconds, empty, search = '' } = props;
  const t = useText();
  const [limit, setLimit] = useState(CHILDREN_FIRST);
  const where = parent === undefined ? '' : `&parent=${encodeURIComponent(parent)}`;
  const query = useQuery<List<TopicChild>>(`${path}?limit=${limit}${where}`, everySeconds);
  if (query.data === undefined && query.error !== undefined) {
    return <Failure error={query.error} retry={query.reload} />;
  }
  if (query.data === undefined) return depth === 1 ? <Loading /> : null;
  const { items, next } = query.data;
  const wanted = depth === 1 ? search.toLowerCase() : '';
  const shown = items.filter(({ level }) => level.toLowerCase().includes(wanted));
  if (shown.length === 0 && depth === 1) return empty;
  const hasMore = next !== undefined && next !== null;
  return (
    <>
      {shown.map((child) => (
        <Item key={child.level} {...props} child={child} />
      ))}
      {hasMore && limit < CHILDREN_MAX && (
        <Button size="compact-xs" variant="subtle" onClick={() => setLimit(CHILDREN_MAX)}>
          {t('Show more')}
        </Button>
      )}
      {hasMore && limit === CHILDREN_MAX && (
        <p className={classes['more']}>{t('There are more levels than can be shown here.')}</p>
      )}
    </>
  );
}

function Item(props: BranchProps & { readonly child: TopicChild }): ReactNode {
  const { child, chosen, choose, depth } = props;
  const { topic, level, count, isLeaf } = child;
  const [toggled, setToggled] = useState<boolean>();
  const hasChildren = count > (isLeaf ? 1 : 0);
  const isOpen = hasChildren && (toggled ?? chosen.startsWith(`${topic}/`));
  return (
    <>
      <TreeItem
        level={level}
        depth={depth}
        count={count}
        isLeaf={isLeaf}
        hasChildren={hasChildren}
        isOpen={isOpen}
        isChosen={chosen === topic}
        choose={() => choose(topic)}
        toggle={setToggled}
      />
      {isOpen && <Branch {...props} parent={topic} depth={depth + 1} />}
    </>
  );
}
