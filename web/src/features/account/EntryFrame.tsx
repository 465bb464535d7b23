import { Anchor, Paper, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Brand } from '@/components/Brand'
import { chooseLanguage } from '@/lib/i18n'
import classes from './EntryFrame.module.css'

interface Props {
  title: string
  about?: ReactNode
  children: ReactNode
}

/** The frame of the pages before the sign-in. */
export function EntryFrame({ title, about, children }: Props) {
  const { t, i18n } = useTranslation()
  useDocumentTitle(`${title} · Sluice`)
  const other = i18n.language === 'en' ? 'zh-CN' : 'en'
  return (
    <div className={classes.frame}>
      <header className={classes.head}>
        <Brand />
        <Anchor
          component="button"
          type="button"
          size="sm"
          lang={other}
          onClick={() => void chooseLanguage(other)}
        >
          {t('account.otherLanguage')}
        </Anchor>
      </header>
      <main className={classes.main}>
        <Paper className={classes.card} p="xl">
          <Title order={1}>{title}</Title>
          {about !== undefined && (
            <Text c="dimmed" size="sm" mt={4}>
              {about}
            </Text>
          )}
          {children}
        </Paper>
      </main>
    </div>
  )
}
