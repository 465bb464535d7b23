import { Group, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import classes from './Page.module.css'

interface Props {
  title: string
  /** What the page is for, in one sentence. */
  about?: ReactNode
  /** What can be done here, at the right of the title. */
  actions?: ReactNode
  /** Where the page belongs, above the title. */
  above?: ReactNode
  children: ReactNode
}

/** A page: title, what can be done, and the content. */
export function Page({ title, about, actions, above, children }: Props) {
  useDocumentTitle(`${title} · Sluice`)
  return (
    <Stack gap="lg" className={classes.page}>
      <header>
        {above}
        <div className={classes.head}>
          <div className={classes.words}>
            <Title order={1}>{title}</Title>
            {about !== undefined && (
              <Text c="dimmed" size="sm" mt={4}>
                {about}
              </Text>
            )}
          </div>
          {actions !== undefined && <Group gap="xs">{actions}</Group>}
        </div>
      </header>
      {children}
    </Stack>
  )
}
