import { Breadcrumbs, Text } from '@mantine/core'
import type { ReactNode } from 'react'

interface Props {
  /** The page that it belongs to. */
  up: ReactNode
  /** What the page is about. */
  here: string
}

/** Where a page belongs. */
export function Trail({ up, here }: Props) {
  return (
    <Breadcrumbs mb={4} fz="sm">
      {up}
      <Text size="sm" c="dimmed">
        {here}
      </Text>
    </Breadcrumbs>
  )
}
