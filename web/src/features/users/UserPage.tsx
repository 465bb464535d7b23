import { Button, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconPencil } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { OwnerBudgets } from '@/components/budgets/OwnerBudgets'
import { Facts } from '@/components/Facts'
import { LinkAnchor } from '@/components/Links'
import { Page } from '@/components/Page'
import { Section } from '@/components/Section'
import { ErrorState } from '@/components/States'
import { Trail } from '@/components/Trail'
import { Waiting } from '@/components/Waiting'
import { useFormat } from '@/lib/format'
import type { User } from '@/lib/session'
import { Access } from './Access'
import { userDetails, useUsers } from './queries'
import { Spending } from './Spending'
import { UserForm } from './UserForm'
import { UserKeys } from './UserKeys'
import { UserMenu } from './UserMenu'
import { Role, UserStatus } from './UsersPage'
import { bodyOf, valuesOf } from './values'

const route = getRouteApi('/shell/admin/users/$id')

/** One user: what they may do, what they have and spend, and where they are logged in. */
export function UserPage() {
  const { id } = route.useParams()
  const found = useQuery(userDetails(Number(id)))
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />
  if (!found.data) return <Waiting />
  return <Details of={found.data} />
}

function Details({ of: user }: { of: User }) {
  const { t } = useTranslation()
  const above = <Trail up={<LinkAnchor to="/users">{t('users.title')}</LinkAnchor>} here={user.username} />
  const about = user.display_name === user.username ? undefined : user.display_name
  return (
    <Page title={user.username} above={above} about={about} actions={<Actions of={user} />}>
      <Spending of={user} />
      <Section title={t('users.facts')}>
        <Who of={user} />
      </Section>
      <OwnerBudgets scope="user" id={user.id} name={user.username} />
      <UserKeys of={user} />
      <Access of={user} />
    </Page>
  )
}

function Who({ of: user }: { of: User }) {
  const { t } = useTranslation()
  const format = useFormat()
  const limit = (value: number | null) => (value === null ? t('common.unlimited') : format.number(value))
  return (
    <Facts
      facts={[
        { label: t('users.status'), value: <UserStatus of={user} /> },
        { label: t('users.role'), value: <Role of={user} /> },
        { label: t('users.group'), value: user.group },
        { label: t('users.pays'), value: user.billed ? t('users.paysSelf') : t('users.paysOperator') },
        { label: t('users.email'), value: user.email || '—' },
        { label: t('users.created'), value: format.dateTime(user.created_at) },
        { label: t('limits.requestsPerMinute'), value: limit(user.limits.requests_per_minute) },
        { label: t('limits.tokensPerMinute'), value: limit(user.limits.tokens_per_minute) },
        { label: t('limits.concurrency'), value: limit(user.limits.concurrency) },
      ]}
    />
  )
}

function Actions({ of: user }: { of: User }) {
  const { t } = useTranslation()
  const go = useNavigate()
  const { update } = useUsers()
  const [isEditing, edit] = useDisclosure(false)
  const saved = () => {
    notifications.show({ message: t('common.saved') })
    edit.close()
  }
  return (
    <>
      <Button variant="default" leftSection={<IconPencil size={16} aria-hidden />} onClick={edit.open}>
        {t('common.edit')}
      </Button>
      <UserMenu of={user} place="page" onGone={() => void go({ to: '/users' })} />
      <Drawer
        opened={isEditing}
        onClose={edit.close}
        size="lg"
        title={t('users.editing', { name: user.username })}
      >
        <UserForm
          initial={valuesOf(user)}
          act={t('common.save')}
          isBusy={update.isPending}
          error={update.error}
          onSubmit={(values) => update.mutate(bodyOf(values, user), { onSuccess: saved })}
        />
      </Drawer>
    </>
  )
}
