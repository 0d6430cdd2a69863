package dev.meshlog.schemas.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a decoder allocates depends on how many bytes it got, never on what they announce. All allocations count, also those that are garbage at
 * once, so the limit is generous; a count that is believed goes far beyond it.
 */
public final class BoundedAllocation {
    private static final long BASE_BYTES = 4L << 20;
    private static final long BYTES_FOR_EACH_BYTE = 4L << 10;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private BoundedAllocation() {}

    /** Something that decodes. */
    @FunctionalInterface
    public interface Decoding {
        void run() throws Exception;
    }

    /** @throws AssertionError when it allocates more than its input explains */
    public static void check(byte[] input, Decoding decoding) throws Exception {
        check(BASE_BYTES + BYTES_FOR_EACH_BYTE * input.length, decoding);
    }

    /**
     * What goes beyond the limit is measured once more: classes that are loaded and instrumented for the first time count too.
     *
     * @throws AssertionError when it allocates more than so many bytes
     */
    public static void check(long limit, Decoding decoding) throws Exception {
        if (allocatedBy(decoding) > limit) {
            long allocated = allocatedBy(decoding);
            if (allocated > limit) {
                throw new AssertionError(allocated + " bytes were allocated, the limit is " + limit);
            }
        }
    }

    private static long allocatedBy(Decoding decoding) throws Exception {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        decoding.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
