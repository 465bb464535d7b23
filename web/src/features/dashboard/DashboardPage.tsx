import { Grid, SegmentedControl, Stack } from '@mantine/core'
import { IconChartBar } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { LinkButton } from '@/components/Links'
import { Page } from '@/components/Page'
import { EmptyState, ErrorState } from '@/components/States'
import { isAdmin, useUser } from '@/lib/session'
import { Attention } from './Attention'
import { Days, ModelDays } from './Days'
import { Numerals } from './Numerals'
import { type Numbers, numbers, type Sight } from './queries'
import { Ranks } from './Ranks'
import { RANGES } from './search'

const route = getRouteApi('/shell/dashboard')

/** How things stand: what was used and spent, and what needs attention. */
export function DashboardPage() {
  const { t } = useTranslation()
  const user = useUser()
  const search = route.useSearch()
  const go = route.useNavigate()
  const sight: Sight = isAdmin(user) && search.whose !== 'own' ? 'all' : 'own'
  const found = useQuery(numbers(sight))
  const range = (
    <SegmentedControl
      aria-label={t('dashboard.range')}
      value={search.range ?? '24h'}
      data={RANGES.map((value) => ({ value, label: t(`dashboard.ranges.${value}`) }))}
      onChange={(next) =>
        void go({ search: { ...search, range: next === '24h' ? undefined : next }, replace: true })
      }
    />
  )
  const whose = (
    <SegmentedControl
      aria-label={t('dashboard.whose')}
      value={sight}
      data={[
        { value: 'all' as const, label: t('dashboard.everybody') },
        { value: 'own' as const, label: t('dashboard.own') },
      ]}
      onChange={(next) =>
        void go({ search: { ...search, whose: next === 'own' ? 'own' : undefined }, replace: true })
      }
    />
  )
  return (
    <Page
      title={t('dashboard.title')}
      about={t('dashboard.about')}
      actions={
        <>
          {range}
          {isAdmin(user) && whose}
        </>
      }
    >
      {found.isError ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <Stack gap="lg">
          <Numerals sight={sight} search={search} days={found.data} />
          {sight === 'all' && <Attention />}
          <Content of={found.data} sight={sight} />
        </Stack>
      )}
    </Page>
  )
}

function Content({ of: seen, sight }: { of: Numbers | undefined; sight: Sight }) {
  if (seen?.total_requests === 0) return <NothingYet />
  return (
    <>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <Days of={seen} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <ModelDays of={seen} />
        </Grid.Col>
      </Grid>
      {seen && <Ranks of={seen} sight={sight} />}
    </>
  )
}

function NothingYet() {
  const { t } = useTranslation()
  return (
    <EmptyState
      icon={IconChartBar}
      title={t('dashboard.empty')}
      actions={<LinkButton to="/keys">{t('dashboard.toKeys')}</LinkButton>}
    >
      {t('dashboard.emptyHint')}
    </EmptyState>
  )
}
