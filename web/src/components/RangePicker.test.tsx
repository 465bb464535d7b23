import { MantineProvider } from '@mantine/core'
import { fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { readTime } from '@/lib/format'
import { startLanguages } from '@/lib/i18n'
import { RangePicker } from './RangePicker'

const changed = vi.fn()

beforeAll(startLanguages)

beforeEach(() => {
  changed.mockClear()
  render(
    <MantineProvider env="test">
      <RangePicker label="Time" value={{}} onChange={changed} />
    </MantineProvider>,
  )
})

it('takes two times by the clock of the browser', async () => {
  const user = userEvent.setup()
  await user.click(screen.getByRole('button', { name: 'Time: Custom' }))
  fireEvent.change(screen.getByLabelText('From'), { target: { value: '2026-01-30T14:00' } })
  fireEvent.change(screen.getByLabelText('To'), { target: { value: '2026-01-31T09:30' } })
  await user.click(screen.getByRole('button', { name: 'Show' }))
  expect(changed.mock.calls).toEqual([
    [{ from: readTime('2026-01-30T14:00'), to: readTime('2026-01-31T09:30') }],
  ])
})

it('refuses an end that comes first', async () => {
  const user = userEvent.setup()
  await user.click(screen.getByRole('button', { name: 'Time: Custom' }))
  fireEvent.change(screen.getByLabelText('From'), { target: { value: '2026-01-31T14:00' } })
  fireEvent.change(screen.getByLabelText('To'), { target: { value: '2026-01-30T09:30' } })
  expect(screen.getByText('The end has to come after the beginning.')).toBeTruthy()
  fireEvent.submit(screen.getByLabelText('To'))
  expect(changed).not.toHaveBeenCalled()
})
