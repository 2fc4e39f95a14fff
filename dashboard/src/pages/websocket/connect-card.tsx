/** What a client in the page connects with. */

import { Alert, Button, Checkbox, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useText } from '../../language/language.tsx';
import { Form, useMessageOf } from '../../parts/actions.tsx';
import { Card, Row } from '../../parts/page.tsx';
import { PasswordField } from '../../parts/password-field.tsx';
import { keepProfiles } from './clients.ts';
import type { Profile, WebSocketClient } from './mqtt-client.ts';
import classes from './websocket.module.css';

export function ConnectCard({ client }: { readonly client: WebSocketClient }): ReactNode {
  const t = useText();
  const messageOf = useMessageOf();
  const [profile, setProfile] = useState(client.profile);
  const set = (change: Partial<Profile>): void => setProfile((before) => ({ ...before, ...change }));
  const connect = async (): Promise<void> => {
    try {
      await client.connect(profile);
    } catch (error) {
      client.close();
      throw new Error(messageOf(error));
    }
    keepProfiles();
  };
  if (client.state === 'open') {
    return (
      <Card title={t('Connection')}>
        <Row>
          <span className={classes['url']}>{client.profile.url}</span>
          <Button variant="default" onClick={() => client.close()}>
            {t('Disconnect')}
          </Button>
        </Row>
      </Card>
    );
  }
  return (
    <Card title={t('Connection')}>
      <Form submitLabel={t('Connect')} submit={connect}>
        <TextInput
          label={t('Address')}
          required
          value={profile.url}
          onChange={(event) => set({ url: event.currentTarget.value })}
        />
        <div className={classes['pair']}>
          <TextInput
            label={t('Client identifier')}
            value={profile.clientId}
            onChange={(event) => set({ clientId: event.currentTarget.value })}
          />
          <NativeSelect
            label={t('Version')}
            value={profile.version}
            onChange={(event) => set({ version: event.currentTarget.value === '4' ? '4' : '5' })}
            data={[
              { value: '5', label: 'MQTT 5.0' },
              { value: '4', label: 'MQTT 3.1.1' },
            ]}
          />
          <TextInput
            label={t('User name')}
            autoComplete="off"
            value={profile.username}
            onChange={(event) => set({ username: event.currentTarget.value })}
          />
          <PasswordField
            label={t('Password')}
            autoComplete="off"
            value={profile.password}
            change={(password) => set({ password })}
          />
        </div>
        <MoreOptions profile={profile} set={set} />
        {client.problem !== '' && (
          <Alert color="red" role="alert">
            {client.problem}
          </Alert>
        )}
      </Form>
    </Card>
  );
}

interface MoreProps {
  readonly profile: Profile;
  readonly set: (change: Partial<Profile>) => void;
}

function MoreOptions({ profile, set }: MoreProps): ReactNode {
  const t = useText();
  return (
    <details>
      <summary>{t('More')}</summary>
      <div className={classes['pair']}>
        <NumberInput
          label={t('Keep alive, seconds')}
          min={0}
          max={65_535}
          value={profile.keepAliveSeconds}
          onChange={(value) => set({ keepAliveSeconds: Number(value) })}
        />
        {profile.version === '5' && (
          <NumberInput
            label={t('Session expiry, seconds')}
            min={0}
            max={4_294_967_295}
            value={profile.sessionExpirySeconds}
            onChange={(value) => set({ sessionExpirySeconds: Number(value) })}
          />
        )}
        <TextInput
          label={t('Topic of the will')}
          value={profile.willTopic}
          onChange={(event) => set({ willTopic: event.currentTarget.value })}
        />
        <TextInput
          label={t('Payload of the will')}
          value={profile.willPayload}
          onChange={(event) => set({ willPayload: event.currentTarget.value })}
        />
        <Checkbox
          label={profile.version === '5' ? t('Clean start') : t('Clean session')}
          checked={profile.clean}
          onChange={(event) => set({ clean: event.currentTarget.checked })}
        />
      </div>
    </details>
  );
}
