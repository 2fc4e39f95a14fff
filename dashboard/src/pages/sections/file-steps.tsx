/** What to write where a section names files of the machine, which only whoever writes its configuration may do. */

import type { ReactNode } from 'react';
import type { SettingList } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { useText } from '../../language/language.tsx';
import { CodeBlock } from '../../parts/values.tsx';
import { Link } from '../../router/router.tsx';

export function FileSteps({ example }: { readonly example: string }): ReactNode {
  const t = useText();
  const { data } = useQuery<SettingList>('/settings');
  const file = data?.configurationFile;
  // The languages of other brokers say it in other words, and are turned into ours by a command.
  const isForeign = file !== undefined && !/\.ya?ml$/.test(file);
  return (
    <>
      <p>{t('This kind reads a file of the machine, which is said in the configuration file alone.')}</p>
      <CodeBlock text={example} />
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
    </>
  );
}
