package dev.meshlog.infra.node;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what a process consists of; one part that fails keeps no other from it. */
final class Parts {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private Parts() {}

    static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.warn("a part did not stop cleanly: {}", e.toString());
        }
    }

    /** Each may take some seconds, and who stops a program wants it to end. Interrupted, it does not wait for the rest. */
    static void closeAtOnce(List<AutoCloseable> open) {
        List<Thread> closing = open.stream()
                .map(part -> new Thread(() -> close(part), "meshlog-close"))
                .toList();
        closing.forEach(Thread::start);
        for (Thread each : closing) {
            try {
                each.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
