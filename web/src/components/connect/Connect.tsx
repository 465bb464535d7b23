import { Button, Chip, Group, Select, Stack, Text } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { status } from '@/lib/session'
import { CodeBlock, CopyIcon } from '../Copy'
import classes from './Connect.module.css'
import { type Client, CLIENTS, type Connection, type Fields } from './clients'

const SAMPLE_MODEL = 'gpt-4o-mini'
const CHOSEN = 'sluice-client'

interface Props {
  /** The key itself, or what stands for it where it is not known any more. */
  secret: string
  /** Models that the key may use, the best guess first. */
  models: string[]
}

/** How to use a key: for each program what to paste and where. */
export function Connect({ secret, models }: Props) {
  const { t } = useTranslation()
  const facts = useQuery(status).data
  const [id, setId] = useState(localStorage.getItem(CHOSEN))
  const [model, setModel] = useState<string | null>(null)
  const client = CLIENTS.find((candidate) => candidate.id === id) ?? CLIENTS[0]
  const address = facts?.server_address
  const base = (address === undefined || address === '' ? window.location.origin : address).replace(
    /\/+$/,
    '',
  )
  const chosen = model ?? models.find((name) => suits(client, name)) ?? models[0] ?? SAMPLE_MODEL
  const choose = (next: string) => {
    localStorage.setItem(CHOSEN, next)
    setId(next)
  }
  if (!client) return null
  return (
    <Stack gap="md">
      <Chip.Group value={client.id} onChange={choose}>
        <Group gap={6} role="radiogroup" aria-label={t('connect.client')}>
          {CLIENTS.map((each) => (
            <Chip key={each.id} value={each.id} size="sm" variant="light" radius="sm">
              {each.name}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {models.length > 0 && (
        <Select
          label={t('connect.model')}
          data={models}
          value={chosen}
          onChange={setModel}
          searchable
          limit={50}
          allowDeselect={false}
          className={classes.model}
        />
      )}
      <Parts client={client} connection={{ base, key: secret, model: chosen }} />
      {client.note && (
        <Text size="sm" c="dimmed">
          {t(client.note)}
        </Text>
      )}
    </Stack>
  )
}

/** Programs of one vendor are most at home with its models; every other model works as well. */
function suits(client: Client | undefined, model: string): boolean {
  const kinds: Record<string, string> = {
    'claude-code': 'claude',
    'anthropic-sdk': 'claude',
    'gemini-cli': 'gemini',
    'google-sdk': 'gemini',
  }
  return model.startsWith(kinds[client?.id ?? ''] ?? 'gpt')
}

function Parts({ client, connection }: { client: Client; connection: Connection }) {
  const { t } = useTranslation()
  return (
    <Stack gap="sm">
      {client.parts(connection).map((part) => {
        if (part.kind === 'snippet') {
          return (
            <CodeBlock
              key={part.where}
              label={`${client.name} · ${part.where}`}
              caption={part.where}
              text={part.text}
            />
          )
        }
        if (part.kind === 'fields') return <FieldList key="fields" fields={part.fields} />
        return (
          <Button
            key="link"
            component="a"
            href={part.href}
            variant="light"
            leftSection={<IconExternalLink size={16} aria-hidden />}
          >
            {t('connect.openIn', { name: client.name })}
          </Button>
        )
      })}
    </Stack>
  )
}

function FieldList({ fields }: Pick<Fields, 'fields'>) {
  return (
    <dl className={classes.fields}>
      {fields.map(({ name, value }) => (
        <div key={name} className={classes.field}>
          <dt>{name}</dt>
          <dd>
            <span className={classes.value}>{value}</span>
            <CopyIcon text={value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
