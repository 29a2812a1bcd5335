/** A share as a bar, beside the number that says it in words. */
export const Bar = ({ share, series }: { share: number; series?: number | undefined }) => (
  <svg class="bar" aria-hidden="true" focusable="false">
    <rect class="track" width="100%" height="100%" rx="3" />
    {share > 0 && (
      <rect
        class="fill"
        data-series={series}
        width={`${Math.min(100, Math.max(1, share * 100)).toFixed(2)}%`}
        height="100%"
        rx="3"
      />
    )}
  </svg>
)
