import { useComputedColorScheme } from '@mantine/core'
import { BarChart as Bars } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use as register } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import classes from './BarChart.module.css'

register([Bars, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer])

/** A row of bars; several of them are stacked. */
export interface Series {
  name: string
  values: number[]
}

interface Props {
  /** What the picture shows, for readers of the screen. */
  label: string
  /** What stands below each bar. */
  steps: string[]
  series: Series[]
  /** Writes a value. */
  write: (value: number) => string
}

const SHADES = {
  light: ['#0b6f7a', '#4bb9c2', '#7c6bc4', '#d98e3a', '#5b8c4a', '#c0567b', '#3f74b5', '#8a8f94'],
  dark: ['#2ba4ae', '#73cbd2', '#a496e6', '#e6a860', '#84b873', '#dd84a3', '#72a3dd', '#a7adb3'],
}

/** Bars over time. Loaded only where it is shown: `Chart` does that. */
export function BarChart({ label, steps, series, write }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('light')
  useEffect(() => {
    const element = place.current
    if (!element) return undefined
    const style = getComputedStyle(element)
    const line = style.getPropertyValue('--sluice-line')
    const text = style.getPropertyValue('--mantine-color-dimmed')
    const chart = init(element)
    chart.setOption({
      animationDuration: 300,
      color: SHADES[scheme],
      textStyle: { fontFamily: style.fontFamily },
      grid: { left: 4, right: 8, top: 12, bottom: series.length > 1 ? 36 : 4, outerBoundsMode: 'same' },
      legend: {
        show: series.length > 1,
        type: 'scroll',
        bottom: 0,
        itemWidth: 10,
        itemHeight: 10,
        textStyle: { color: text },
        pageTextStyle: { color: text },
        pageIconColor: text,
      },
      tooltip: {
        trigger: 'axis',
        // Otherwise it is markup with styles in it, which the policy of the page refuses.
        renderMode: 'richText',
        backgroundColor: style.getPropertyValue('--mantine-color-body'),
        borderColor: line,
        textStyle: { color: style.getPropertyValue('--mantine-color-text') },
        valueFormatter: (value: unknown) => (typeof value === 'number' ? write(value) : ''),
      },
      xAxis: {
        type: 'category',
        data: steps,
        axisLine: { lineStyle: { color: line } },
        axisTick: { show: false },
        axisLabel: { color: text },
      },
      yAxis: {
        type: 'value',
        splitNumber: 4,
        splitLine: { lineStyle: { color: line } },
        axisLabel: { color: text, formatter: write },
      },
      series: series.map(({ name, values }) => ({
        name,
        type: 'bar',
        stack: 'all',
        data: values,
        barMaxWidth: 42,
      })),
    })
    const watch = new ResizeObserver(() => chart.resize())
    watch.observe(element)
    return () => {
      watch.disconnect()
      chart.dispose()
    }
  }, [steps, series, write, scheme])
  return <div ref={place} role="img" aria-label={label} className={classes.chart} />
}
