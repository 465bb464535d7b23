import { Skeleton, Stack, Switch } from '@mantine/core'
import { IconSearchOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Page } from '@/components/Page'
import { SearchInput } from '@/components/SearchInput'
import { Section } from '@/components/Section'
import { EmptyState, ErrorState } from '@/components/States'
import { type Setting, settingList } from './queries'
import { SettingRow } from './SettingRow'
import classes from './Settings.module.css'
import { GROUPS, useWording } from './wording'

const route = getRouteApi('/shell/admin/settings')

/** What can be set while Sluice runs. */
export function SettingsPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const go = route.useNavigate()
  const found = useQuery(settingList)
  const wording = useWording()
  const wanted = (search.q ?? '').toLowerCase()
  const matches = (setting: Setting) =>
    [setting.key, wording.explanationOf(setting), setting.value].some((text) =>
      text.toLowerCase().includes(wanted),
    )
  const shown = found.data?.filter((setting) => (setting.in_use || search.kept === true) && matches(setting))
  const kept = found.data?.filter((setting) => !setting.in_use).length ?? 0
  return (
    <Page title={t('settings.title')} about={t('settings.about')}>
      <div className={classes.tools}>
        <SearchInput
          label={t('settings.search')}
          value={search.q ?? ''}
          className={classes.search}
          onSearch={(q) => void go({ search: { ...search, q: q === '' ? undefined : q }, replace: true })}
        />
        {kept > 0 && (
          <Switch
            label={t('settings.showKept', { count: kept })}
            checked={search.kept === true}
            onChange={(event) =>
              void go({
                search: { ...search, kept: event.currentTarget.checked ? true : undefined },
                replace: true,
              })
            }
          />
        )}
      </div>
      {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && (
        <Stack>
          <Skeleton height={220} />
          <Skeleton height={220} />
        </Stack>
      )}
      {shown?.length === 0 && (
        <EmptyState icon={IconSearchOff} title={t('settings.nothing')}>
          {t('settings.nothingHint')}
        </EmptyState>
      )}
      {groupsOf(shown ?? []).map(([group, settings]) => (
        <Section key={group} title={wording.groupOf(group)}>
          <div className={classes.list}>
            {settings.map((setting) => (
              <SettingRow key={setting.key} of={setting} />
            ))}
          </div>
        </Section>
      ))}
    </Page>
  )
}

/** The groups that are known in their order, then the others. */
function groupsOf(settings: Setting[]): [string, Setting[]][] {
  const names = [...new Set([...GROUPS, ...settings.map(({ group }) => group)])]
  return names
    .map((name): [string, Setting[]] => [name, settings.filter(({ group }) => group === name)])
    .filter(([, members]) => members.length > 0)
}
