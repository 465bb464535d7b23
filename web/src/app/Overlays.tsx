import { ModalsProvider } from '@mantine/modals'
import { Notifications } from '@mantine/notifications'

/** What lies above all pages: questions that wait for an answer, and notes in the corner. */
export function Overlays() {
  return (
    <>
      <ModalsProvider>{null}</ModalsProvider>
      <Notifications position="bottom-right" />
    </>
  )
}
