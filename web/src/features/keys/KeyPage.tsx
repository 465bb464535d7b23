import { Badge, Button, Drawer, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPencil, IconRotate } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { OwnerBudgets } from '@/components/budgets/OwnerBudgets'
import { Connect } from '@/components/connect/Connect'
import { Facts } from '@/components/Facts'
import { ItemMenu } from '@/components/ItemMenu'
import { LinkAnchor } from '@/components/Links'
import { Page } from '@/components/Page'
import { Section } from '@/components/Section'
import { ErrorState } from '@/components/States'
import { Trail } from '@/components/Trail'
import { Waiting } from '@/components/Waiting'
import { useUndoableDelete } from '@/components/undo'
import { useComplain } from '@/lib/errors'
import { isPast, useFormat } from '@/lib/format'
import type { Key } from '@/lib/keys'
import { modelNames } from '@/lib/models'
import { EditKey } from './EditKey'
import { KeyCalls } from './KeyCalls'
import { KeyStatus } from './KeyStatus'
import { KeyUsage } from './KeyUsage'
import { deleteKey, keyDetails, useUpdateKey } from './queries'
import { RotateKey } from './RotateKey'
import { modelsOf } from './values'

const route = getRouteApi('/shell/keys/$id')

/** One key: what it may do, what it did, and how to use it. */
export function KeyPage() {
  const { id } = route.useParams()
  const found = useQuery(keyDetails(Number(id)))
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />
  if (!found.data) return <Waiting />
  return <Details of={found.data} />
}

function Details({ of: key }: { of: Key }) {
  const { t } = useTranslation()
  const above = <Trail up={<LinkAnchor to="/keys">{t('keys.title')}</LinkAnchor>} here={key.name} />
  const isFile = key.origin === 'file'
  return (
    <Page
      title={key.name}
      above={above}
      about={isFile ? t('common.readOnly') : undefined}
      actions={isFile ? undefined : <Actions of={key} />}
    >
      <Section title={t('keys.limits')}>
        <Limits of={key} />
      </Section>
      {!isFile && <OwnerBudgets scope="key" id={key.id} name={key.name} />}
      <KeyUsage id={key.id} />
      <KeyCalls id={key.id} />
      <Section title={t('connect.title')} about={t('keys.connectHint')}>
        <Usable of={key} />
      </Section>
    </Page>
  )
}

function Usable({ of: key }: { of: Key }) {
  const names = useQuery(modelNames).data ?? []
  const own = key.model_limits_enabled ? modelsOf(key) : names
  return <Connect secret={key.key} models={own.filter((name) => !name.includes('*'))} />
}

function Limits({ of: key }: { of: Key }) {
  const { t } = useTranslation()
  const format = useFormat()
  const limit = (value: number | null | undefined) =>
    typeof value === 'number' ? format.number(value) : t('common.unlimited')
  const models = key.model_limits_enabled ? modelsOf(key) : []
  return (
    <Facts
      facts={[
        { label: t('keys.status'), value: <KeyStatus of={key} /> },
        {
          label: t('keys.secret'),
          value: (
            <Text span ff="monospace" size="sm">
              {key.key}
            </Text>
          ),
        },
        ...(key.previous_until > 0 && !isPast(key.previous_until)
          ? [{ label: t('keys.rotate.previous'), value: format.dateTime(key.previous_until) }]
          : []),
        {
          label: t('keys.models'),
          value: models.length === 0 ? t('keys.allModels') : <Names names={models} />,
        },
        { label: t('keys.defaultModel'), value: key.default_model ?? t('common.none') },
        {
          label: t('keys.expires'),
          value: key.expired_time > 0 ? format.dateTime(key.expired_time) : t('common.never'),
        },
        { label: t('limits.requestsPerMinute'), value: limit(key.limits.requests_per_minute) },
        { label: t('limits.tokensPerMinute'), value: limit(key.limits.tokens_per_minute) },
        { label: t('limits.concurrency'), value: limit(key.limits.concurrency) },
        {
          label: t('keys.addresses'),
          value: key.allow_ips === '' ? t('keys.anywhere') : key.allow_ips.split('\n').join(', '),
        },
        { label: t('keys.strategy'), value: key.strategy ?? t('keys.strategyDefault') },
        {
          label: t('keys.providers'),
          value: key.providers.length === 0 ? t('keys.allProviders') : <Names names={key.providers} />,
        },
        { label: t('keys.payer'), value: key.funding === 'own' ? t('keys.payerOwn') : t('keys.payerOwner') },
        { label: t('keys.multiplier'), value: `× ${key.multiplier}` },
        { label: t('keys.created'), value: format.dateTime(key.created_at) },
        {
          label: t('keys.used'),
          value: key.accessed_at > 0 ? format.dateTime(key.accessed_at) : t('common.never'),
        },
      ]}
    />
  )
}

function Names({ names }: { names: string[] }) {
  return (
    <Group gap={4}>
      {names.map((name) => (
        <Badge key={name} color="gray">
          {name}
        </Badge>
      ))}
    </Group>
  )
}

function Actions({ of: key }: { of: Key }) {
  const { t } = useTranslation()
  const [isEditing, edit] = useDisclosure(false)
  const [isRotating, rotation] = useDisclosure(false)
  const go = useNavigate()
  const update = useUpdateKey()
  const remove = useUndoableDelete()
  const complain = useComplain()
  const doom = () => {
    remove({ id: `key-${key.id}`, name: key.name, remove: () => deleteKey(key.id), queryKey: ['keys'] })
    void go({ to: '/keys' })
  }
  return (
    <>
      <Button variant="default" leftSection={<IconPencil size={16} aria-hidden />} onClick={edit.open}>
        {t('common.edit')}
      </Button>
      <Button variant="default" leftSection={<IconRotate size={16} aria-hidden />} onClick={rotation.open}>
        {t('keys.rotate.open')}
      </Button>
      <RotateKey of={key} isOpen={isRotating} onClose={rotation.close} />
      <ItemMenu
        item={key}
        place="page"
        onToggle={() =>
          update.mutate({ id: key.id, status: key.status === 1 ? 2 : 1 }, { onError: complain })
        }
        onDelete={doom}
      />
      <Drawer opened={isEditing} onClose={edit.close} size="lg" title={t('keys.editing', { name: key.name })}>
        <EditKey of={key} onDone={edit.close} />
      </Drawer>
    </>
  )
}
