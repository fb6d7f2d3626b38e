/** The mark and the name. */
export function Brand({ size = 24, name = true }: { size?: number; name?: boolean }) {
  return (
    <span className="brand" style={{ fontSize: size * 0.82 }}>
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
        <rect x="4" y="3" width="24" height="26" rx="6" className="brand-cover" />
        <path d="M10 3v26" stroke="#fff" strokeOpacity=".35" strokeWidth="1.5" />
        <path d="m14.5 16.5 3 3 6-7" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
      {name && <span>Daybook</span>}
    </span>
  );
}
