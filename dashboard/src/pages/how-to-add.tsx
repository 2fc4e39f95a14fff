/** How to add what stands in a section of the configuration: lines to copy, and where they belong on this very broker. */

import { Button, Modal, NativeSelect } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { SettingList } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { useText } from '../language/language.tsx';
import { Stack } from '../parts/page.tsx';
import { CodeBlock } from '../parts/values.tsx';
import { Link } from '../router/router.tsx';

interface HowToAddProps {
  readonly label: string;
  /** Lines of hoopoe.yaml for each kind, by the name of the kind. */
  readonly examples: Readonly<Record<string, string>>;
}

export function HowToAdd(props: HowToAddProps): ReactNode {
  const t = useText();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen(true)}>
        {props.label}
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        size="lg"
        title={props.label}
        closeButtonProps={{ 'aria-label': t('Close') }}
      >
        <Steps {...props} />
      </Modal>
    </>
  );
}

function Steps({ examples }: HowToAddProps): ReactNode {
  const t = useText();
  const kinds = Object.keys(examples);
  const [kind, setKind] = useState(kinds[0] ?? '');
  const { data } = useQuery<SettingList>('/settings');
  const file = data?.configurationFile;
  // The languages of other brokers say it in other words, and are turned into ours by a command.
  const isForeign = file !== undefined && !/\.ya?ml$/.test(file);
  return (
    <Stack>
      <p>{t('New sections are written into the configuration file; afterwards their options can be changed here.')}</p>
      {kinds.length > 1 && (
        <NativeSelect
          label={t('Kind')}
          data={kinds}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
        />
      )}
      <CodeBlock text={examples[kind] ?? ''} />
      <ol>
        <li>
          {isForeign
            ? t('This broker reads {file}: “hoopoe config convert {file}” writes the same as hoopoe.yaml.', { file })
            : file === undefined
              ? t('Write these lines into a file hoopoe.yaml, and start the broker with -c hoopoe.yaml.')
              : t('Write these lines into {file}.', { file })}
        </li>
        <li>
          <Link to="/settings">{t('Check the text under Settings')}</Link>
        </li>
        <li>{t('Restart the broker.')}</li>
      </ol>
    </Stack>
  );
}
