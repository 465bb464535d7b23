import { MantineProvider } from '@mantine/core'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { beforeAll, expect, it, vi } from 'vitest'
import { startLanguages } from '@/lib/i18n'
import { type Column, DataTable } from './DataTable'

interface Fruit {
  id: number
  name: string
}

const eaten = vi.fn<(id: number) => void>()
const columns: Column<Fruit>[] = [
  { id: 'name', header: 'Name', role: 'title', cell: (fruit) => fruit.name },
  {
    id: 'eat',
    header: 'Actions',
    role: 'actions',
    cell: (fruit) => (
      <button type="button" onClick={() => eaten(fruit.id)}>
        Eat
      </button>
    ),
  },
]

beforeAll(startLanguages)

function show(rows: Fruit[] | undefined, onOpen?: (fruit: Fruit) => void) {
  render(
    <MantineProvider>
      <DataTable label="Fruits" columns={columns} rows={rows} rowId={({ id }) => id} onOpen={onOpen} />
    </MantineProvider>,
  )
}

it('opens a row by mouse and by key, and leaves buttons in it their own meaning', async () => {
  const opened = vi.fn()
  const user = userEvent.setup()
  show([{ id: 7, name: 'Pear' }], opened)
  await user.click(screen.getByRole('button', { name: 'Eat' }))
  expect([eaten.mock.calls, opened.mock.calls]).toEqual([[[7]], []])
  await user.click(screen.getByText('Pear'))
  screen.getByRole('row', { name: /Pear/ }).focus()
  await user.keyboard('{Enter}')
  expect(opened.mock.calls).toEqual([[{ id: 7, name: 'Pear' }], [{ id: 7, name: 'Pear' }]])
})

it('says that it is busy while there are no rows yet, and not when there are none', () => {
  show(undefined)
  expect(screen.getByRole('table', { name: 'Fruits' }).getAttribute('aria-busy')).toBe('true')
})

/** Two tables that share what is chosen. */
function Shared() {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set())
  const selection = {
    ids,
    onChange: setIds,
    idOf: ({ id }: Fruit) => id,
    nameOf: ({ name }: Fruit) => name,
    canChoose: () => true,
  }
  return (
    <MantineProvider>
      {[1, 2].map((id) => (
        <DataTable
          key={id}
          label={`Table ${id}`}
          columns={columns}
          rows={[{ id, name: `Pear ${id}` }]}
          rowId={(fruit) => fruit.id}
          selection={selection}
        />
      ))}
      <p>chosen: {[...ids].join(' ')}</p>
    </MantineProvider>
  )
}

it('chooses all of a table without losing what is chosen in another', async () => {
  const user = userEvent.setup()
  render(<Shared />)
  const [first, second] = screen.getAllByRole('checkbox', { name: 'Select all that are shown' })
  if (!first || !second) throw new Error('a table has no box for all')
  await user.click(first)
  await user.click(second)
  expect(screen.getByText('chosen: 1 2')).toBeTruthy()
  await user.click(first)
  expect(screen.getByText('chosen: 2')).toBeTruthy()
})
