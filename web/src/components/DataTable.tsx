/* The roles are said, as the style for phones takes them away: rows are no table rows for browsers then. */
/* eslint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role */
import { Checkbox, Paper, Skeleton } from '@mantine/core'
import { type ComponentProps, Fragment, type KeyboardEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Selection } from './bulk'
import classes from './DataTable.module.css'

/** A column of a table. */
export interface Column<T> {
  id: string
  header: string
  cell: (row: T) => ReactNode
  /** Numbers stand at the right. */
  align?: 'right'
  /** For tables that stand below each other and share their columns. */
  width?: string
  /** Not shown below about 1,100 px. */
  isMinor?: boolean
  /** On phones: the head of the card, or its foot, instead of a line with a label. */
  role?: 'title' | 'actions'
}

/** What a table shows, and what its rows do. */
export interface TableProps<T> {
  /** What the table lists, for readers of the screen. */
  label: string
  columns: Column<T>[]
  rows: T[] | undefined
  rowId: (row: T) => string | number
  /** Opens a row; buttons and links inside keep their own meaning. */
  onOpen?: (row: T) => void
  /** Rows that are quiet, such as disabled ones. */
  isMuted?: (row: T) => boolean
  /** Rows that belong together, one after the other, get this above them. */
  groupOf?: (row: T) => Group
  /** Lets rows be chosen; each needs a name for those who cannot see where the box stands. */
  selection?: Choosing<T>
  /** What a row does besides, such as taking what is dropped on it. */
  rowProps?: (row: T) => RowExtras
}

/** How rows are chosen. */
export interface Choosing<T> extends Selection {
  idOf: (row: T) => number
  nameOf: (row: T) => string
  /** Whether a row can be chosen. */
  canChoose: (row: T) => boolean
}

/** Rows that belong together. */
export interface Group {
  id: string | number
  title: ReactNode
}

type RowExtras = Pick<ComponentProps<'tr'>, 'onDragOver' | 'onDragLeave' | 'onDrop'> & {
  'data-drop'?: string
}

const WAITING_ROWS = 6

/** A list: a table where there is room, cards on a phone. Without rows yet it shows where they will be. */
export function DataTable<T>({ label, columns, rows, rowId, groupOf, ...others }: TableProps<T>) {
  return (
    <Paper className={classes.frame}>
      <table
        className={classes.table}
        data-fixed={columns.some(({ width }) => width !== undefined)}
        aria-label={label}
        aria-busy={rows === undefined}
        role="table"
      >
        <thead role="rowgroup">
          <tr role="row">
            {others.selection && <ChooseAll rows={rows ?? []} choosing={others.selection} />}
            {columns.map((column) => (
              <th
                key={column.id}
                role="columnheader"
                scope="col"
                className={classOf(column)}
                style={{ width: column.width }}
              >
                {column.role === 'actions' ? (
                  <span className="visually-hidden">{column.header}</span>
                ) : (
                  column.header
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows === undefined
            ? Array.from({ length: WAITING_ROWS }, (_, index) => (
                <WaitingRow key={index} columns={columns} hasBox={others.selection !== undefined} />
              ))
            : rows.map((row, index) => (
                <Fragment key={rowId(row)}>
                  <GroupTitle
                    of={row}
                    before={rows[index - 1]}
                    groupOf={groupOf}
                    span={columns.length + (others.selection ? 1 : 0)}
                  />
                  <Row row={row} columns={columns} {...others} />
                </Fragment>
              ))}
        </tbody>
      </table>
    </Paper>
  )
}

interface GroupProps<T> {
  of: T
  /** The row above. */
  before: T | undefined
  groupOf: ((row: T) => Group) | undefined
  span: number
}

function GroupTitle<T>({ of: row, before, groupOf, span }: GroupProps<T>) {
  const group = groupOf?.(row)
  if (!group || (before !== undefined && groupOf?.(before).id === group.id)) return null
  return (
    <tr role="row" className={classes.group}>
      <th role="rowheader" scope="rowgroup" colSpan={span}>
        {group.title}
      </th>
    </tr>
  )
}

interface RowProps<T>
  extends Pick<TableProps<T>, 'columns' | 'onOpen' | 'isMuted' | 'rowProps' | 'selection'> {
  row: T
}

function Row<T>({ row, columns, onOpen, isMuted, rowProps, selection }: RowProps<T>) {
  const open = onOpen && (() => onOpen(row))
  const byKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && event.target === event.currentTarget) open?.()
  }
  return (
    <tr
      role="row"
      data-opens={open !== undefined}
      data-muted={isMuted?.(row) ?? false}
      tabIndex={open ? 0 : undefined}
      onKeyDown={byKey}
      onClick={(event) => {
        if (open && !isOwnBusiness(event.target, event.currentTarget)) open()
      }}
      {...rowProps?.(row)}
    >
      {selection && <Choose row={row} choosing={selection} />}
      {columns.map((column) => (
        <td key={column.id} role="cell" className={classOf(column)} data-label={column.header}>
          <div className={classes.content}>{column.cell(row)}</div>
        </td>
      ))}
    </tr>
  )
}

function ChooseAll<T>({ rows, choosing }: { rows: T[]; choosing: Choosing<T> }) {
  const { t } = useTranslation()
  const { ids, idOf, canChoose, onChange } = choosing
  const all = rows.filter(canChoose).map(idOf)
  const isAll = all.length > 0 && all.every((id) => ids.has(id))
  // Other tables of the page may share the choice.
  const others = [...ids].filter((id) => !all.includes(id))
  return (
    <th role="columnheader" scope="col" className={classes.choose}>
      <Checkbox
        size="xs"
        aria-label={t('bulk.selectAll')}
        checked={isAll}
        indeterminate={!isAll && all.some((id) => ids.has(id))}
        disabled={all.length === 0}
        onChange={() => onChange(new Set(isAll ? others : [...others, ...all]))}
      />
    </th>
  )
}

function Choose<T>({ row, choosing }: { row: T; choosing: Choosing<T> }) {
  const { t } = useTranslation()
  const { ids, idOf, nameOf, canChoose, onChange } = choosing
  const id = idOf(row)
  const toggle = () => onChange(new Set(ids.has(id) ? [...ids].filter((each) => each !== id) : [...ids, id]))
  return (
    <td role="cell" className={classes.choose}>
      <Checkbox
        size="xs"
        aria-label={t('bulk.select', { name: nameOf(row) })}
        checked={ids.has(id)}
        disabled={!canChoose(row)}
        onChange={toggle}
      />
    </td>
  )
}

/** Whether a click was meant for something inside a row, or ended a selection of text. */
function isOwnBusiness(target: EventTarget, row: Element): boolean {
  if (window.getSelection()?.type === 'Range') return true
  if (!(target instanceof Element) || !row.contains(target)) return true
  return target.closest('a, button, input, label, [role="menu"]') !== null
}

function WaitingRow<T>({ columns, hasBox }: { columns: Column<T>[]; hasBox: boolean }) {
  return (
    <tr role="row">
      {hasBox && <td role="cell" className={classes.choose} />}
      {columns.map((column) => (
        <td key={column.id} role="cell" className={classOf(column)}>
          <Skeleton height={14} my={4} radius="sm" />
        </td>
      ))}
    </tr>
  )
}

function classOf<T>({ align, isMinor, role }: Column<T>): string {
  const named = [align === 'right' && classes.right, isMinor === true && classes.minor, role && classes[role]]
  return named.filter((name) => typeof name === 'string').join(' ')
}
