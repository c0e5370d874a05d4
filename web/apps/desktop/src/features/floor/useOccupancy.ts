import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useDesk, useUser } from "../../shared/desk.ts";
import { daysOf } from "../reports/figures.ts";

const EVERY_MS = 60_000;

/** Today's occupancy by agent, as reports define it; empty for who has no right to reports. */
export function useOccupancy(): ReadonlyMap<number, number> {
  const desk = useDesk();
  const rights = useUser()?.rights ?? [];
  const report = useQuery({
    queryKey: ["floor", "occupancy"],
    queryFn: () => desk.api.report({ ...daysOf("today", new Date()), by: "agent" }),
    enabled: rights.includes("reports"),
    refetchInterval: EVERY_MS,
  });
  const rows = report.data?.rows;
  return useMemo(() => new Map((rows ?? []).flatMap(({ key, figures }) => (figures["occupancy"] == null ? [] : [[Number(key), figures["occupancy"]]]))), [rows]);
}
