package dev.meshlog.streams.query;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** A topic that is only ever appended to, read in pages: the newest records, or those behind a place. One thread. */
public final class PacketLog implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long FIRST_WINDOW = 500;
    private static final int GROWTH = 8;
    private static final Comparator<ConsumerRecord<String, byte[]>> BY_TIME = Comparator.comparingLong(
                    (ConsumerRecord<String, byte[]> rec) -> rec.timestamp())
            .thenComparingInt(ConsumerRecord::partition)
            .thenComparingLong(ConsumerRecord::offset);

    private final TopicFeed feed;

    public PacketLog(Cluster cluster, Topic<String, ?> topic) {
        this.feed = new TopicFeed(cluster, List.of(topic));
    }

    /**
     * Some records, oldest first.
     *
     * @param next behind them
     * @param missed offsets that the log no longer holds
     */
    public record Page(List<ConsumerRecord<String, byte[]>> records, LogCursor next, long missed) {
        public Page {
            records = List.copyOf(records);
        }
    }

    /** The newest of those that are wanted. Reads backwards in growing windows, so that few records cost little. */
    public Page newest(Predicate<ConsumerRecord<String, byte[]>> wanted, int limit) {
        LogCursor beginning = feed.beginning();
        LogCursor end = feed.end();
        for (long window = Math.max(FIRST_WINDOW, limit); ; window *= GROWTH) {
            LogCursor start = feed.beforeEnd(window);
            feed.seek(start);
            var newest = new PriorityQueue<>(BY_TIME);
            Map<TopicPartition, Long> oldest = new HashMap<>();
            read(end, rec -> {
                oldest.putIfAbsent(new TopicPartition(rec.topic(), rec.partition()), rec.timestamp());
                if (wanted.test(rec)) {
                    newest.add(rec);
                    if (newest.size() > limit) {
                        newest.poll();
                    }
                }
                return true;
            });
            boolean all = start.equals(beginning);
            if (all || (newest.size() == limit && reachBack(start, beginning, oldest, newest))) {
                var records = new ArrayList<>(newest);
                records.sort(BY_TIME);
                return new Page(records, end, 0);
            }
        }
    }

    /** Whether no partition can hold a record before its window that is newer than the oldest one that was kept. */
    private static boolean reachBack(
            LogCursor start,
            LogCursor beginning,
            Map<TopicPartition, Long> oldest,
            PriorityQueue<ConsumerRecord<String, byte[]>> kept) {
        ConsumerRecord<String, byte[]> first = kept.peek();
        Map<TopicPartition, Long> begin = beginning.positions();
        return start.positions().entrySet().stream()
                .allMatch(place -> place.getValue().equals(begin.get(place.getKey()))
                        || (first != null && oldest.getOrDefault(place.getKey(), Long.MAX_VALUE) <= first.timestamp()));
    }

    /** The place where reading begins that is to start with a time. */
    public LogCursor at(Instant time) {
        return feed.at(time);
    }

    /**
     * Those behind a place, as far as they stand in the log now.
     *
     * @param scan how many records are looked at; then the page ends, however short it is
     */
    public Page behind(LogCursor place, Predicate<ConsumerRecord<String, byte[]>> wanted, int limit, int scan) {
        LogCursor end = feed.end();
        long missed = feed.seek(place);
        var records = new ArrayList<ConsumerRecord<String, byte[]>>();
        LogCursor[] next = {feed.position()};
        int[] looked = {0};
        boolean ended = read(end, rec -> {
            next[0] = next[0].behind(rec.topic(), rec.partition(), rec.offset());
            if (wanted.test(rec)) {
                records.add(rec);
            }
            looked[0]++;
            return records.size() < limit && looked[0] < scan;
        });
        records.sort(BY_TIME);
        return new Page(records, ended ? feed.position() : next[0], missed);
    }

    /** Returns whether the end was reached; not so when nobody wanted more. */
    private boolean read(LogCursor end, Predicate<ConsumerRecord<String, byte[]>> wantsMore) {
        Map<TopicPartition, Long> ends = end.positions();
        while (!feed.isBehind(end)) {
            for (ConsumerRecord<String, byte[]> rec : feed.poll(POLL)) {
                Long last = ends.get(new TopicPartition(rec.topic(), rec.partition()));
                if (last != null && rec.offset() >= last) {
                    continue;
                }
                if (!wantsMore.test(rec)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public void close() {
        feed.close();
    }
}
