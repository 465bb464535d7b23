import { Button, Progress, Text } from '@mantine/core'
import { IconHistory, IconPlayerPlay } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/components/DataTable'
import { Page } from '@/components/Page'
import { ErrorState } from '@/components/States'
import { sentence, useComplain } from '@/lib/errors'
import { type Format, useFormat } from '@/lib/format'
import { History } from './History'
import classes from './Jobs.module.css'
import { type Job, jobList, useRunJob } from './queries'
import { RunStatus } from './RunStatus'
import { useJobName } from './names'

const route = getRouteApi('/shell/admin/jobs')

/** What Sluice does by itself, when, and what came of it. */
export function JobsPage() {
  const { t } = useTranslation()
  const { job } = route.useSearch()
  const go = route.useNavigate()
  const found = useQuery(jobList)
  const columns = useColumns((name) => void go({ search: { job: name } }))
  return (
    <Page title={t('jobs.title')} about={t('jobs.about')}>
      {found.isError ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <DataTable label={t('jobs.title')} columns={columns} rows={found.data} rowId={(row) => row.name} />
      )}
      <History name={job} onClose={() => void go({ search: {}, replace: true })} />
    </Page>
  )
}

function useColumns(onHistory: (name: string) => void): Column<Job>[] {
  const { t } = useTranslation()
  const format = useFormat()
  const schedule = useSchedule(format)
  const nameOf = useJobName()
  return [
    { id: 'name', header: t('jobs.name'), role: 'title', cell: (job) => <What of={job} /> },
    { id: 'schedule', header: t('jobs.schedule'), cell: schedule },
    {
      id: 'next',
      header: t('jobs.next'),
      isMinor: true,
      cell: ({ next_run_time: at }) => (
        <span className="nowrap">{typeof at === 'number' ? format.ago(at) : '—'}</span>
      ),
    },
    { id: 'last', header: t('jobs.last'), cell: (job) => <Last of={job} /> },
    {
      id: 'acts',
      header: t('common.actions'),
      align: 'right',
      cell: (job) => (
        <div className={classes.acts}>
          <RunNow of={job} />
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            leftSection={<IconHistory size={14} aria-hidden />}
            aria-label={t('jobs.historyOf', { name: nameOf(job.name) })}
            onClick={() => onHistory(job.name)}
          >
            {t('jobs.history')}
          </Button>
        </div>
      ),
    },
  ]
}

function useSchedule(format: Format): (job: Job) => string {
  const { t } = useTranslation()
  return (job) => {
    if (typeof job.every_secs === 'number')
      return t('jobs.every', { time: format.duration(job.every_secs * 1_000) })
    if (job.time != null) return t('jobs.daily', { time: job.time, zone: job.timezone ?? t('jobs.ownZone') })
    return t('jobs.off')
  }
}

function What({ of: job }: { of: Job }) {
  const nameOf = useJobName()
  return (
    <div>
      <Text size="sm" fw={550}>
        {nameOf(job.name)}
      </Text>
      <Text size="xs" c="dimmed">
        {sentence(job.description)}
      </Text>
    </div>
  )
}

function Last({ of: job }: { of: Job }) {
  const { t } = useTranslation()
  const format = useFormat()
  const nameOf = useJobName()
  const run = job.last_run
  if (run == null) return <>{t('common.never')}</>
  const share = typeof run.total === 'number' && run.total > 0 ? run.done / run.total : null
  return (
    <div className={classes.last}>
      <RunStatus of={run.status} />
      <Text size="xs" c="dimmed">
        {job.is_running ? sentence(run.message) : format.ago(run.ended_time ?? run.began_time)}
      </Text>
      {job.is_running && (
        <Progress
          value={(share ?? 1) * 100}
          animated
          aria-label={t('jobs.progressOf', { name: nameOf(job.name) })}
        />
      )}
      {!job.is_running && run.message !== '' && <Text size="xs">{sentence(run.message)}</Text>}
    </div>
  )
}

function RunNow({ of: job }: { of: Job }) {
  const { t } = useTranslation()
  const complain = useComplain()
  const run = useRunJob()
  const nameOf = useJobName()
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconPlayerPlay size={14} aria-hidden />}
      loading={run.isPending || job.is_running}
      aria-label={t('jobs.runOf', { name: nameOf(job.name) })}
      onClick={() => run.mutate(job.name, { onError: complain })}
    >
      {t('jobs.run')}
    </Button>
  )
}
