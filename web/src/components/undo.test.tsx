import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startLanguages } from '@/lib/i18n'
import { useDeleted, useUndoableDelete } from './undo'

const remove = vi.fn(() => Promise.resolve())

function Row() {
  const doom = useUndoableDelete()
  const isGone = useDeleted().has('pear-1')
  return (
    <>
      <p>{isGone ? 'gone' : 'there'}</p>
      <button type="button" onClick={() => doom({ id: 'pear-1', name: 'Pear', remove, queryKey: ['pears'] })}>
        Delete
      </button>
    </>
  )
}

beforeEach(async () => {
  await startLanguages()
  vi.useFakeTimers()
  remove.mockClear()
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <Row />
        <Notifications />
      </QueryClientProvider>
    </MantineProvider>,
  )
})

afterEach(() => vi.useRealTimers())

it('hides at once and deletes for good a little later', async () => {
  fireEvent.click(screen.getByRole('button', { name: 'Delete' }))
  expect(screen.getByText('gone')).toBeTruthy()
  expect(remove).not.toHaveBeenCalled()
  await act(() => vi.advanceTimersByTimeAsync(6_000))
  expect(remove).toHaveBeenCalledOnce()
})

it('can be taken back', async () => {
  fireEvent.click(screen.getByRole('button', { name: 'Delete' }))
  fireEvent.click(screen.getByRole('button', { name: 'Undo' }))
  expect(screen.getByText('there')).toBeTruthy()
  await act(() => vi.advanceTimersByTimeAsync(10_000))
  expect(remove).not.toHaveBeenCalled()
})

it('is for good when the page is left', () => {
  fireEvent.click(screen.getByRole('button', { name: 'Delete' }))
  fireEvent(window, new Event('pagehide'))
  expect(remove).toHaveBeenCalledOnce()
})
