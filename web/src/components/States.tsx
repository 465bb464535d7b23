import { Button, Code, Group, Text, ThemeIcon, Title } from '@mantine/core'
import { type Icon, IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '@/lib/api'
import { useExplain } from '@/lib/errors'
import { CopyIcon } from './Copy'
import classes from './States.module.css'

interface EmptyProps {
  icon: Icon
  title: string
  /** What this place is for and what to do next. */
  children: ReactNode
  actions?: ReactNode
}

/** What stands where nothing is yet: what it would be, and what to do next. */
export function EmptyState({ icon: Sign, title, children, actions }: EmptyProps) {
  return (
    <div className={classes.empty}>
      <ThemeIcon variant="light" size={52} radius="xl">
        <Sign size={26} stroke={1.5} aria-hidden />
      </ThemeIcon>
      <Title order={2} mt="sm">
        {title}
      </Title>
      <Text c="dimmed" size="sm" maw={440} ta="center">
        {children}
      </Text>
      {actions !== undefined && (
        <Group mt="xs" justify="center">
          {actions}
        </Group>
      )}
    </div>
  )
}

interface ErrorProps {
  error: Error
  onRetry?: () => void
}

/** What stands where something could not be read: why, and a way to try again. */
export function ErrorState({ error, onRetry }: ErrorProps) {
  const { t } = useTranslation()
  const explain = useExplain()
  return (
    <div className={classes.empty} role="alert">
      <ThemeIcon variant="light" color="red" size={52} radius="xl">
        <IconAlertTriangle size={26} stroke={1.5} aria-hidden />
      </ThemeIcon>
      <Title order={2} mt="sm">
        {t('errors.title')}
      </Title>
      <Text c="dimmed" size="sm" maw={480} ta="center">
        {explain(error)}
      </Text>
      {error instanceof ApiError && (
        <Code>{error.status > 0 ? `${error.status} ${error.code}` : error.code}</Code>
      )}
      {error instanceof ApiError && error.call !== '' && (
        <Group gap={4} wrap="nowrap">
          <Text size="xs" c="dimmed">
            {t('errors.call', { id: error.call })}
          </Text>
          <CopyIcon text={error.call} label={t('errors.copyCall')} />
        </Group>
      )}
      {onRetry && (
        <Button variant="default" mt="xs" onClick={onRetry}>
          {t('common.retry')}
        </Button>
      )}
    </div>
  )
}
