import { SegmentedControl, Stack } from '@mantine/core'
import { IconChartBar } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { LinkButton } from '@/components/Links'
import { Page } from '@/components/Page'
import { RangePicker } from '@/components/RangePicker'
import { Section } from '@/components/Section'
import { EmptyState, ErrorState } from '@/components/States'
import { MeasureChoice } from '@/components/usage/MeasureChoice'
import { UsageChart } from '@/components/usage/UsageChart'
import { isAdmin, useUser } from '@/lib/session'
import { Attention } from './Attention'
import { Numerals } from './Numerals'
import { Parts } from './Parts'
import { type Sight, usage } from './queries'
import { type DashboardSearch, periodOf, RANGES } from './search'

/** How long a time is of which only the end was said. */
const DAY_SECS = 86_400

const route = getRouteApi('/shell/dashboard')

/** How things stand: what was used and spent, and what needs attention. */
export function DashboardPage() {
  const { t } = useTranslation()
  const user = useUser()
  const search = route.useSearch()
  const go = route.useNavigate()
  const sight: Sight = isAdmin(user) && search.whose !== 'own' ? 'all' : 'own'
  const period = periodOf(search)
  const by = sight === 'own' && search.by !== 'key' ? 'model' : (search.by ?? 'model')
  const measure = search.measure ?? 'spend'
  const found = useQuery(usage(sight, period, by))
  const show = (time: Pick<DashboardSearch, 'range' | 'from' | 'to'>) =>
    void go({
      search: { ...search, range: undefined, from: undefined, to: undefined, ...time },
      replace: true,
    })
  const range = (
    <>
      <SegmentedControl
        aria-label={t('usage.range')}
        // Nothing of it is chosen where any other time is.
        value={typeof period === 'string' ? period : ''}
        data={RANGES.map((value) => ({ value, label: t(`usage.ranges.${value}`) }))}
        onChange={(next) => show({ range: RANGES.find((name) => name === next && name !== '24h') })}
      />
      <RangePicker
        label={t('usage.anyRange')}
        value={{ from: search.from, to: search.to }}
        onChange={({ from, to }) => show({ from: from ?? (to && to - DAY_SECS), to })}
      />
    </>
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
          <Numerals sight={sight} of={found.data} />
          {sight === 'all' && <Attention />}
          {found.data?.total.calls === 0 && found.data.previous.calls === 0 ? (
            <NothingYet />
          ) : (
            <>
              <Section
                title={t('dashboard.whole')}
                actions={
                  <MeasureChoice
                    value={measure}
                    onChange={(next) =>
                      void go({
                        search: { ...search, measure: next === 'spend' ? undefined : next },
                        replace: true,
                      })
                    }
                  />
                }
              >
                <UsageChart of={found.data} measure={measure} />
              </Section>
              <Parts
                of={found.data}
                sight={sight}
                by={by}
                measure={measure}
                onBy={(next) =>
                  void go({ search: { ...search, by: next === 'model' ? undefined : next }, replace: true })
                }
              />
            </>
          )}
        </Stack>
      )}
    </Page>
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
