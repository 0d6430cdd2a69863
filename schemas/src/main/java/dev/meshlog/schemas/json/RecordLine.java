package dev.meshlog.schemas.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * A record as one line, in columns as the console consumer's own formatter has them.
 *
 * @param columns what is shown, in this order
 * @param columnSeparator between columns, a tab if not told otherwise
 * @param nullText for a key, header or value that is null
 */
public record RecordLine(
        List<Column> columns, String columnSeparator, String lineSeparator, String headerSeparator, String nullText) {
    /** One part of a record, with the property that asks for it. */
    public enum Column {
        TIMESTAMP("print.timestamp"),
        PARTITION("print.partition"),
        OFFSET("print.offset"),
        DELIVERY("print.delivery"),
        EPOCH("print.epoch"),
        HEADERS("print.headers"),
        KEY("print.key"),
        VALUE("print.value");

        private final String property;

        Column(String property) {
            this.property = property;
        }
    }

    public RecordLine {
        columns = List.copyOf(columns);
    }

    /** These columns with the usual separators. */
    public static RecordLine of(Column... columns) {
        return new RecordLine(List.of(columns), "\t", "\n", ",", "null");
    }

    /** What the formatter properties of the console consumer ask for; the value alone if they ask for nothing. */
    public static RecordLine of(Map<String, ?> properties) {
        var columns = new ArrayList<Column>();
        for (Column column : Column.values()) {
            if (Boolean.parseBoolean(text(properties, column.property, Boolean.toString(column == Column.VALUE))
                    .strip())) {
                columns.add(column);
            }
        }
        return new RecordLine(
                columns,
                text(properties, "key.separator", "\t"),
                text(properties, "line.separator", "\n"),
                text(properties, "headers.separator", ","),
                text(properties, "null.literal", "null"));
    }

    private static String text(Map<String, ?> properties, String name, String otherwise) {
        Object value = properties.get(name);
        return value == null ? otherwise : value.toString();
    }

    /** The line with its end; nothing when there are no columns. */
    public String of(ConsumerRecord<byte @Nullable [], byte @Nullable []> rec, RecordJson json) {
        var line = new StringJoiner(columnSeparator, "", lineSeparator).setEmptyValue("");
        columns.forEach(column -> line.add(column(column, rec, json)));
        return line.toString();
    }

    private String column(Column column, ConsumerRecord<byte @Nullable [], byte @Nullable []> rec, RecordJson json) {
        return switch (column) {
            case TIMESTAMP ->
                rec.timestampType() == TimestampType.NO_TIMESTAMP_TYPE
                        ? "NO_TIMESTAMP"
                        : rec.timestampType() + ":" + rec.timestamp();
            case PARTITION -> "Partition:" + rec.partition();
            case OFFSET -> "Offset:" + rec.offset();
            case DELIVERY ->
                "Delivery:" + rec.deliveryCount().map(Object::toString).orElse("NOT_PRESENT");
            case EPOCH -> "Epoch:" + rec.leaderEpoch().map(Object::toString).orElse("NOT_PRESENT");
            case HEADERS -> headers(rec);
            case KEY -> plain(rec.key());
            case VALUE -> rec.value() == null ? nullText : json.value(rec.topic(), rec.value());
        };
    }

    private String headers(ConsumerRecord<byte @Nullable [], byte @Nullable []> rec) {
        var headers = new StringJoiner(headerSeparator).setEmptyValue("NO_HEADERS");
        for (Header header : rec.headers()) {
            headers.add(header.key() + ":" + plain(header.value()));
        }
        return headers.toString();
    }

    private String plain(byte @Nullable [] bytes) {
        return bytes == null ? nullText : PlainText.of(bytes);
    }
}
