/** Making or changing a listener, an access source or a bridge: its options as a form, tried by the broker before it is done. */

import { Alert, Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ApiError, type Problem } from '../../api/client.ts';
import { useFormat } from '../../language/format.ts';
import { type Text, useReport, useText } from '../../language/language.tsx';
import { Form, useNotices } from '../../parts/actions.tsx';
import { Stack } from '../../parts/page.tsx';
import { Answer } from '../../parts/states.tsx';
import type { Entered } from '../settings/changes.ts';
import { useSettingTexts } from '../settings/setting-texts.ts';
import { fileExamples } from './file-examples.ts';
import { FileSteps } from './file-steps.tsx';
import { mainOptions } from './main-options.ts';
import { SectionFields } from './section-fields.tsx';
import classes from './sections.module.css';
import {
  type Collection,
  type Options,
  type Section,
  type SectionKind,
  saveSection,
  trySection,
  useOptions,
} from './sections.ts';

/** The option that says the kind, which has a field of its own. */
const kindOption: Readonly<Record<Collection, string | undefined>> = {
  listeners: 'transport',
  access: 'type',
  bridges: undefined,
};

const addTexts: Readonly<Record<Collection, Text>> = {
  listeners: 'Add a listener',
  access: 'Add a source',
  bridges: 'Add a bridge',
};

interface SectionDialogProps {
  readonly collection: Collection;
  /** The one that is changed; undefined for a new one. */
  readonly section: Section | undefined;
  readonly kinds: readonly SectionKind[];
  /** The kind that is chosen at first. */
  readonly firstKind?: string | undefined;
  readonly close: () => void;
  readonly changed: () => void;
}

export function SectionDialog(props: SectionDialogProps): ReactNode {
  const t = useText();
  const report = useReport();
  const { collection, section, kinds, firstKind, close } = props;
  const [kind, setKind] = useState(section?.kind ?? firstKind ?? kinds[0]?.kind ?? '');
  const chosen = kinds.find((one) => one.kind === kind);
  const isFile = section === undefined && chosen?.needsFile !== undefined;
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={section === undefined ? t(addTexts[collection]) : t('Change {name}', { name: section.name })}
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      <Stack>
        {section === undefined && kinds.length > 1 && (
          <NativeSelect
            label={t('Kind')}
            description={report(chosen?.sentence ?? '')}
            data={kinds.map((one) => one.kind)}
            value={kind}
            onChange={(event) => setKind(event.currentTarget.value)}
          />
        )}
        {isFile ? (
          <>
            <FileSteps example={fileExamples[kind] ?? ''} />
            <div>
              <Button variant="default" onClick={close}>
                {t('Close')}
              </Button>
            </div>
          </>
        ) : (
          <SectionForm key={kind} {...props} kind={kind} />
        )}
      </Stack>
    </Modal>
  );
}

/** What the broker takes: nothing that was emptied again, unless empty is a value. */
function bodyOf(values: ReadonlyMap<string, Entered>, isNew: boolean): Options {
  const given = [...values].filter(([, value]) => !isNew || value !== '');
  return Object.fromEntries(given.map(([path, value]) => [path, value === '' ? null : value]));
}

function SectionForm(props: SectionDialogProps & { readonly kind: string }): ReactNode {
  const { collection, section, kind, close, changed } = props;
  const t = useText();
  const report = useReport();
  const texts = useSettingTexts(useFormat());
  const { say } = useNotices();
  const query = useOptions(collection, section, kind);
  const isNew = section === undefined;
  const [name, setName] = useState(section?.name ?? '');
  const [values, setValues] = useState<ReadonlyMap<string, Entered>>(new Map());
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  /** What does not work now, and for which answers somebody was told so. */
  const [doubts, setDoubts] = useState<{ readonly of: string; readonly texts: readonly string[] }>();
  const own = kindOption[collection];
  const options: Options = { ...(isNew && own !== undefined && { [own]: kind }), ...bodyOf(values, isNew) };
  const question = JSON.stringify([name, options]);
  const isDoubted = doubts?.of === question;
  const prefix = `${collection}.${name}.`;
  const submit = async (): Promise<void> => {
    setProblems([]);
    if (!isDoubted) {
      const trial = await trySection(collection, name, options);
      if (!trial.ok) {
        setProblems(trial.refused);
        return;
      }
      if (trial.doubts.length > 0) {
        setDoubts({ of: question, texts: trial.doubts });
        return;
      }
    }
    try {
      await saveSection(collection, name, options, isNew);
    } catch (error) {
      if (!(error instanceof ApiError) || error.problems.length === 0) throw error;
      setProblems(error.problems);
      return;
    }
    say(t('Saved, and in effect'));
    changed();
    close();
  };
  const byOption = new Map(problems.map((problem) => [problem.path?.replace(prefix, '') ?? '', problem]));
  const shown = query.data?.items.filter(({ path }) => path !== own) ?? [];
  const general = problems.filter(({ path }) => !shown.some((one) => `${prefix}${one.path}` === path));
  return (
    <Form
      submitLabel={isDoubted ? t('Save all the same') : isNew ? t('Add') : t('Save')}
      submit={submit}
      cancel={close}
    >
      {isNew && (
        <TextInput
          label={t('Name')}
          description={t('Up to 32 of a-z, 0-9, - and _, beginning with a letter')}
          required
          data-autofocus
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <Answer query={query}>
        {() => (
          <SectionFields
            settings={shown}
            main={mainOptions(collection, kind)}
            values={values}
            problems={byOption}
            texts={texts}
            change={(path, value) => {
              setValues(new Map(values).set(path, value));
              // What was said of the value before means nothing now.
              setProblems(problems.filter((problem) => problem.path !== prefix + path));
            }}
          />
        )}
      </Answer>
      {general.map((problem) => (
        <Alert key={problem.message} color="red" role="alert">
          {texts.problem(problem, undefined)}
        </Alert>
      ))}
      {isDoubted && (
        <Alert color="orange" role="alert">
          <p>{t('It fits, but does not work at this moment:')}</p>
          <ul className={classes['doubts']}>
            {doubts.texts.map((text) => (
              <li key={text}>{report(text)}</li>
            ))}
          </ul>
        </Alert>
      )}
    </Form>
  );
}
