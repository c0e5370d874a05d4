export function Logo({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="9" fill="var(--r-brand)" />
      <path
        d="M8 10.5A2.5 2.5 0 0 1 10.5 8h11a2.5 2.5 0 0 1 2.5 2.5v6a2.5 2.5 0 0 1-2.5 2.500H16l-4.600 4.100c-.5.4-1.200.1-1.200-.6V19A2.500 2.500 0 0 1 8 16.500z"
        fill="#fff"
      />
      <circle cx="13" cy="13.5" r="1.5" fill="var(--r-brand)" />
      <circle cx="19" cy="13.5" r="1.5" fill="var(--r-brand)" />
    </svg>
  );
}
