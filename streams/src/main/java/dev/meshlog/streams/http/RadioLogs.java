package dev.meshlog.streams.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.streams.query.LogCursor;
import dev.meshlog.streams.query.PacketFilter;
import dev.meshlog.streams.query.PacketLog;
import dev.meshlog.streams.query.PortName;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.RadioTables;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Pages of what is only appended, read from its topic for each question: the newest when nothing else is asked for, or those behind a place. Every
 * page has a {@code next}, the place behind it, where later records will stand.
 */
final class RadioLogs {
    /** So much is looked through for one answer at most; then the page ends. */
    private static final int SCAN = 100_000;

    private final Cluster cluster;

    RadioLogs(Cluster cluster) {
        this.cluster = cluster;
    }

    JsonNode packets(Question question, Supplier<RadioTables> tables) {
        question.allow(Set.of("after", "since", "limit", "network", "from", "port"));
        String network = question.parameters().get("network");
        String from = question.parameters().get("from");
        String port = question.parameters().get("port");
        return page(
                question,
                Topics.PACKETS,
                "packets",
                new PacketFilter(
                        from == null ? null : RadioAnswers.one(from, network, tables.get()),
                        network,
                        port == null ? null : port(port)));
    }

    JsonNode alerts(Question question) {
        question.allow(Set.of("after", "since", "limit", "network"));
        String network = question.parameters().get("network");
        return page(
                question,
                Topics.ALERTS,
                "alerts",
                rec -> network == null
                        || network.equals(RadioJson.record(rec).path("network").asText()));
    }

    private JsonNode page(
            Question question, Topic<String, ?> topic, String name, Predicate<ConsumerRecord<String, byte[]>> wanted) {
        int limit = RadioAnswers.limit(question);
        String after = question.parameters().get("after");
        String since = question.parameters().get("since");
        if (after != null && since != null) {
            throw Refusal.badRequest("BAD_PARAMETER", "after and since exclude each other.");
        }
        LogCursor place = after == null ? null : cursor(after, topic);
        Instant time = since == null ? null : time(since);
        try (var log = new PacketLog(cluster, topic)) {
            return shown(name, read(log, place, time, wanted, limit));
        }
    }

    private static PacketLog.Page read(
            PacketLog log,
            @Nullable LogCursor place,
            @Nullable Instant time,
            Predicate<ConsumerRecord<String, byte[]>> wanted,
            int limit) {
        if (place != null) {
            return log.behind(place, wanted, limit, SCAN);
        }
        return time == null ? log.newest(wanted, limit) : log.behind(log.at(time), wanted, limit, SCAN);
    }

    private static JsonNode shown(String name, PacketLog.Page page) {
        ObjectNode all = RadioJson.object();
        var records = all.putArray(name);
        page.records().stream().map(RadioJson::record).forEach(records::add);
        if (page.missed() > 0) {
            all.put("missed", page.missed());
        }
        return all.put("next", page.next().toString());
    }

    private static LogCursor cursor(String text, Topic<String, ?> topic) {
        try {
            LogCursor cursor = LogCursor.parse(text);
            if (cursor.offsets().keySet().equals(Set.of(topic.name()))) {
                return cursor;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw Refusal.badRequest("BAD_PARAMETER", "after is the next of an earlier page, not '" + text + "'.");
    }

    private static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw Refusal.badRequest(
                    "BAD_PARAMETER", "since is a time such as 2026-11-21T05:00:00Z, not '" + text + "'.");
        }
    }

    private static int port(String text) {
        return PortName.parse(text)
                .orElseThrow(() -> Refusal.badRequest(
                        "BAD_PARAMETER", "port is a number up to 511 or a name such as NODEINFO, not '" + text + "'."));
    }
}
