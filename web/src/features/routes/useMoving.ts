import { notifications } from '@mantine/notifications'
import { type DragEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useComplain } from '@/lib/errors'
import { type Route, useUpdateRoutes } from './queries'
import { move, type Step, type Target, targetOf } from './tiers'

/** The part of a row, from its edge, where something is dropped beside it and not among its equals. */
const EDGE = 0.25

interface Hover {
  id: number
  kind: Target['kind']
}

/** Returns what moves routes of a model to other priorities, by hand or step by step. */
export function useMoving(routes: Route[]) {
  const { t } = useTranslation()
  const complain = useComplain()
  const update = useUpdateRoutes()
  const [dragged, setDragged] = useState<number | null>(null)
  const [hover, setHover] = useState<Hover | null>(null)
  const put = (id: number, target: Target) => {
    const changes = move(routes, id, target)
    if (changes === null) notifications.show({ color: 'yellow', message: t('routes.moveRefused') })
    else if (changes.length > 0) update.mutate(changes, { onError: complain })
  }
  const rowProps = (row: Route) => ({
    ...(hover?.id === row.id && { 'data-drop': hover.kind }),
    onDragOver: (event: DragEvent) => {
      if (dragged === null || dragged === row.id) return
      event.preventDefault()
      const kind = kindAt(event)
      if (hover?.id !== row.id || hover.kind !== kind) setHover({ id: row.id, kind })
    },
    onDragLeave: (event: DragEvent) => {
      const isInside =
        event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)
      if (!isInside) setHover(null)
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault()
      setHover(null)
      setDragged(null)
      if (dragged !== null && dragged !== row.id)
        put(dragged, { kind: kindAt(event), priority: row.priority })
    },
  })
  const gripOf = (row: Route) => ({
    canGo: (step: Step) => !update.isPending && targetOf(routes, row.id, step) !== null,
    onStep: (step: Step) => {
      const target = targetOf(routes, row.id, step)
      if (target) put(row.id, target)
    },
    onDrag: (isDragged: boolean) => {
      setDragged(isDragged ? row.id : null)
      setHover(null)
    },
  })
  return { rowProps, gripOf }
}

/** Above a row, below it, or on it. */
function kindAt(event: DragEvent): Target['kind'] {
  const { top, height } = event.currentTarget.getBoundingClientRect()
  const share = (event.clientY - top) / height
  if (share < EDGE) return 'before'
  return share > 1 - EDGE ? 'after' : 'among'
}
