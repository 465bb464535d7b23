import { Badge, Button, Group, Text, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconArrowBackUp } from '@tabler/icons-react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { LinkButton } from '@/components/Links'
import { useExplain } from '@/lib/errors'
import { Control } from './Control'
import { type Setting, useSaveSetting } from './queries'
import classes from './Settings.module.css'
import { useWording } from './wording'

/** A setting: what it does, what it is, what it was at first, and the way to change it. */
export function SettingRow({ of: setting }: { of: Setting }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const wording = useWording()
  const save = useSaveSetting()
  const id = useId()
  const put = (value: string | null) =>
    save.mutate(
      { key: setting.key, value },
      { onSuccess: () => notifications.show({ message: t('common.saved') }) },
    )
  return (
    <div className={classes.setting}>
      <div className={classes.words}>
        <Text size="sm" id={id}>
          {wording.explanationOf(setting)}
        </Text>
        <Group gap={6} mt={2}>
          <Text size="xs" c="dimmed" ff="monospace" className={classes.key}>
            {setting.key}
          </Text>
          <Marks of={setting} />
        </Group>
      </div>
      <div className={classes.control}>
        {setting.type === 'json' ? (
          <LinkButton to="/rules" variant="default" size="xs">
            {t('settings.inRules')}
          </LinkButton>
        ) : (
          <Control
            key={setting.value}
            of={setting}
            labelledBy={id}
            isBusy={save.isPending}
            error={save.error && explain(save.error)}
            onSave={put}
          />
        )}
        <Standard of={setting} isBusy={save.isPending} onReset={() => put(null)} />
      </div>
    </div>
  )
}

function Marks({ of: setting }: { of: Setting }) {
  const { t } = useTranslation()
  return (
    <>
      {!setting.in_use && (
        <Tooltip label={t('settings.keptHint')}>
          <Badge color="gray">{t('settings.kept')}</Badge>
        </Tooltip>
      )}
      {setting.needs_restart && <Badge color="yellow">{t('settings.restart')}</Badge>}
      {setting.needs.length > 0 && (
        <Text size="xs" c="dimmed" className={classes.key}>
          {t('settings.needs', { names: setting.needs.join(', ') })}
        </Text>
      )}
    </>
  )
}

interface StandardProps {
  of: Setting
  isBusy: boolean
  onReset: () => void
}

/** What it is while nothing is saved, and the way back there. */
function Standard({ of: setting, isBusy, onReset }: StandardProps) {
  const { t } = useTranslation()
  const wording = useWording()
  if (setting.type === 'json') return null
  if (setting.is_secret) {
    return setting.is_set ? (
      <Button size="compact-xs" variant="subtle" color="gray" disabled={isBusy} onClick={onReset}>
        {t('settings.forget')}
      </Button>
    ) : null
  }
  const standard = t('settings.default', { value: wording.valueOf(setting, setting.default) })
  return (
    <Group gap={6} wrap="nowrap" className={classes.standard}>
      <Text size="xs" c="dimmed">
        {standard}
      </Text>
      {setting.is_set && setting.value !== setting.default && (
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          disabled={isBusy}
          leftSection={<IconArrowBackUp size={12} aria-hidden />}
          aria-label={t('settings.resetOf', { name: setting.key })}
          onClick={onReset}
        >
          {t('settings.reset')}
        </Button>
      )}
    </Group>
  )
}
