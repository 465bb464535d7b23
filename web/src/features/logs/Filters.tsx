import { ActionIcon, Button, Group, Paper, Select, SegmentedControl, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconAdjustmentsHorizontal, IconFilterOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { RangePicker } from '@/components/RangePicker'
import { SearchInput } from '@/components/SearchInput'
import { isAdmin, useUser } from '@/lib/session'
import classes from './Filters.module.css'
import { providerNames } from '@/lib/providers'
import { keyNames, type Sight } from './queries'
import { type LogSearch, OUTCOMES } from './search'

interface Props {
  search: LogSearch
  sight: Sight
  onChange: (search: LogSearch) => void
}

/** Returns whether not all calls are shown. */
export function isFiltered(search: LogSearch): boolean {
  const { model, provider, user, key, status, outcome, from, to, hours } = search
  return [model, provider, user, key, status, outcome, from, to, hours].some((value) => value !== undefined)
}

/** Which calls to show. All of it stands in the address. */
export function Filters({ search, sight, onChange }: Props) {
  const { t } = useTranslation()
  const user = useUser()
  const [isOpen, more] = useDisclosure(false)
  const change = (part: LogSearch) => onChange({ ...search, ...part })
  return (
    <Paper p="sm" component="search">
      <Group gap="xs" align="flex-end" className={classes.filters} data-open={isOpen}>
        <SearchInput
          label={t('logs.filters.model')}
          value={search.model ?? ''}
          className={classes.wide}
          onSearch={(text) => change({ model: text === '' ? undefined : text })}
        />
        <ActionIcon
          variant="default"
          size="input-sm"
          className={classes.more}
          aria-label={t('logs.filters.more')}
          aria-expanded={isOpen}
          onClick={more.toggle}
        >
          <IconAdjustmentsHorizontal size={18} />
        </ActionIcon>
        <OutcomeFilter search={search} change={change} />
        <KeyFilter search={search} change={change} />
        {sight === 'all' && <ProviderFilter search={search} change={change} />}
        {sight === 'all' && (
          <SearchText
            label={t('logs.filters.user')}
            value={search.user}
            onSearch={(user) => change({ user })}
          />
        )}
        <TimeFilter search={search} change={change} />
        {isAdmin(user) && (
          <SegmentedControl
            className={classes.whose}
            aria-label={t('logs.filters.whose')}
            value={search.whose ?? 'all'}
            data={[
              { value: 'all', label: t('logs.filters.everybody') },
              { value: 'own', label: t('logs.filters.own') },
            ]}
            onChange={(whose) => change({ whose: whose === 'own' ? 'own' : undefined })}
          />
        )}
        {isFiltered(search) && (
          <Button
            variant="subtle"
            leftSection={<IconFilterOff size={16} aria-hidden />}
            onClick={() => onChange({ live: search.live, whose: search.whose })}
          >
            {t('logs.clear')}
          </Button>
        )}
      </Group>
    </Paper>
  )
}

interface PartProps {
  search: LogSearch
  change: (part: LogSearch) => void
}

function OutcomeFilter({ search, change }: PartProps) {
  const { t } = useTranslation()
  const data = [
    { value: 'success', label: t('logs.filters.success') },
    { value: 'error', label: t('logs.filters.error') },
    ...OUTCOMES.map((value) => ({ value, label: t(`logs.outcomes.${value}`) })),
  ]
  const choose = (value: string | null) =>
    change({
      status: value === 'success' || value === 'error' ? value : undefined,
      outcome: OUTCOMES.find((name) => name === value),
    })
  return (
    <Select
      aria-label={t('logs.status')}
      placeholder={t('logs.filters.anyStatus')}
      className={classes.field}
      data={data}
      clearable
      value={search.status ?? search.outcome ?? null}
      onChange={choose}
    />
  )
}

function KeyFilter({ search, change }: PartProps) {
  const { t } = useTranslation()
  const names = useQuery(keyNames).data ?? []
  const data = names.map(({ id, name }) => ({ value: String(id), label: name }))
  const chosen = search.key === undefined ? null : String(search.key)
  if (chosen !== null && !data.some(({ value }) => value === chosen))
    data.push({ value: chosen, label: `#${chosen}` })
  return (
    <Select
      aria-label={t('logs.key')}
      placeholder={t('logs.filters.anyKey')}
      className={classes.field}
      data={data}
      searchable
      clearable
      value={chosen}
      onChange={(value) => change({ key: value === null ? undefined : Number(value) })}
    />
  )
}

function ProviderFilter({ search, change }: PartProps) {
  const { t } = useTranslation()
  const names = useQuery(providerNames).data ?? []
  const data = [...new Set([...names, ...(search.provider === undefined ? [] : [search.provider])])]
  return (
    <Select
      aria-label={t('logs.provider')}
      placeholder={t('logs.filters.anyProvider')}
      className={classes.field}
      data={data}
      searchable
      clearable
      value={search.provider ?? null}
      onChange={(provider) => change({ provider: provider ?? undefined })}
    />
  )
}

function SearchText({
  label,
  value,
  onSearch,
}: {
  label: string
  value: string | undefined
  onSearch: (text: string | undefined) => void
}) {
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      className={classes.field}
      defaultValue={value}
      key={value}
      onBlur={(event) => onSearch(event.currentTarget.value.trim() || undefined)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
      }}
    />
  )
}

const SPANS = [1, 24, 168, 720] as const

function TimeFilter({ search, change }: PartProps) {
  const { t } = useTranslation()
  return (
    <>
      <Select
        aria-label={t('logs.time')}
        placeholder={t('logs.filters.anyTime')}
        className={classes.field}
        data={SPANS.map((hours) => ({ value: String(hours), label: t(`logs.filters.hours${hours}`) }))}
        clearable
        value={search.hours === undefined ? null : String(search.hours)}
        onChange={(value) =>
          change({ hours: value === null ? undefined : Number(value), from: undefined, to: undefined })
        }
      />
      <RangePicker
        label={t('logs.filters.custom')}
        value={{ from: search.from, to: search.to }}
        className={classes.moment}
        onChange={({ from, to }) => change({ from, to, hours: undefined })}
      />
    </>
  )
}
