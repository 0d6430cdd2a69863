package dev.meshlog.infra.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** One thread for each processor. */
final class Cores implements AutoCloseable {
    private static final int STEP = 4;

    private final int count = Runtime.getRuntime().availableProcessors();
    private final ExecutorService threads = Executors.newFixedThreadPool(count);

    /** Something to do with item number {@code index}; called by several threads. */
    @FunctionalInterface
    interface Each {
        void accept(int index) throws Exception;
    }

    /** @return how many items there are */
    long forEach(int items, Each each) throws Exception {
        var next = new AtomicInteger();
        Callable<Void> share = () -> {
            for (int from = next.getAndAdd(STEP); from < items; from = next.getAndAdd(STEP)) {
                for (int index = from; index < Math.min(items, from + STEP); index++) {
                    each.accept(index);
                }
            }
            return null;
        };
        List<Callable<Void>> shares = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            shares.add(share);
        }
        for (Future<Void> done : threads.invokeAll(shares)) {
            done.get();
        }
        return items;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
