import { Badge, Button, Group, Text, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useConfirm } from '@/components/confirm'
import { type Column, DataTable } from '@/components/DataTable'
import { Section } from '@/components/Section'
import { ErrorState } from '@/components/States'
import { useComplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { deviceOf } from './device'
import { ownSessions, type Session, useEndOtherSessions, useEndSession } from './queries'

/** Where one is signed in, and ways to end that. */
export function Sessions() {
  const { t } = useTranslation()
  const found = useQuery(ownSessions)
  const columns = useColumns()
  const hasOthers = found.data?.some((session) => !session.is_current) === true
  return (
    <Section
      title={t('profile.sessions')}
      about={t('profile.sessionsAbout')}
      actions={hasOthers ? <EndOthers /> : undefined}
    >
      {found.isError ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <DataTable
          label={t('profile.sessions')}
          columns={columns}
          rows={found.data}
          rowId={(session) => session.id}
        />
      )}
    </Section>
  )
}

function useColumns(): Column<Session>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      id: 'device',
      header: t('profile.device'),
      role: 'title',
      cell: (session) => <Device of={session} />,
    },
    {
      id: 'from',
      header: t('profile.from'),
      cell: ({ client_ip: address }) => (address === '' ? '—' : address),
    },
    { id: 'seen', header: t('profile.seen'), cell: (session) => format.ago(session.seen_time) },
    {
      id: 'since',
      header: t('profile.since'),
      isMinor: true,
      cell: (session) => format.dateTime(session.created_time),
    },
    {
      id: 'ends',
      header: t('profile.ends'),
      isMinor: true,
      cell: (session) => format.ago(session.expired_time),
    },
    { id: 'acts', header: t('common.actions'), align: 'right', cell: (session) => <End of={session} /> },
  ]
}

function useName(session: Session): string {
  const { t } = useTranslation()
  const device = deviceOf(session.user_agent)
  return device === '' ? t('profile.unknownDevice') : device
}

function Device({ of: session }: { of: Session }) {
  const { t } = useTranslation()
  const name = useName(session)
  return (
    <Group gap="xs">
      <Tooltip label={session.user_agent} disabled={session.user_agent === ''}>
        <Text span size="sm" fw={550}>
          {name}
        </Text>
      </Tooltip>
      {session.is_current && <Badge color="teal">{t('profile.current')}</Badge>}
    </Group>
  )
}

function End({ of: session }: { of: Session }) {
  const { t } = useTranslation()
  const complain = useComplain()
  const end = useEndSession()
  const name = useName(session)
  // Leaving this one is what signing out is for.
  if (session.is_current) return <>—</>
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={end.isPending}
      aria-label={t('profile.endOf', { device: name })}
      onClick={() =>
        end.mutate(session.id, {
          onError: complain,
          onSuccess: () => notifications.show({ message: t('profile.ended') }),
        })
      }
    >
      {t('profile.end')}
    </Button>
  )
}

function EndOthers() {
  const { t } = useTranslation()
  const confirm = useConfirm()
  const complain = useComplain()
  const end = useEndOtherSessions()
  const done = () => notifications.show({ message: t('profile.othersEnded') })
  const ask = () =>
    confirm({
      title: t('profile.endOthersTitle'),
      text: t('profile.endOthersText'),
      act: t('profile.endOthers'),
      isDangerous: true,
      onAct: () => end.mutate(undefined, { onError: complain, onSuccess: done }),
    })
  return (
    <Button variant="default" size="xs" loading={end.isPending} onClick={ask}>
      {t('profile.endOthers')}
    </Button>
  )
}
