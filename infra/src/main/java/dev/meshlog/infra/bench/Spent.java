package dev.meshlog.infra.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What something took, in seconds. CPU time is that of the whole process, the broker in it included. */
record Spent(double seconds, double cpuSeconds) {
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /** Something that is under way. */
    static final class Clock {
        private final long started = System.nanoTime();
        private final long cpu = SYSTEM.getProcessCpuTime();

        Spent stop() {
            return new Spent((System.nanoTime() - started) / 1e9, (SYSTEM.getProcessCpuTime() - cpu) / 1e9);
        }
    }

    static double median(List<Spent> all, ToDoubleFunction<Spent> what) {
        return Medians.of(all.stream().mapToDouble(what).toArray());
    }
}
