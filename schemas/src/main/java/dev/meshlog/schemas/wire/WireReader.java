package dev.meshlog.schemas.wire;

/** Steps over the fields of a protobuf message in a byte range, without allocating anything. */
final class WireReader {
    static final int VARINT = 0;
    static final int LENGTH_DELIMITED = 2;
    static final int FIXED32 = 5;

    private final byte[] bytes;
    private final int end;
    private int position;
    private int field;
    private int wireType;
    private int valueStart;

    WireReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    /** Whether there is another tag. After {@code true}, {@link #field()} is known. */
    boolean nextTag() {
        if (position >= end) {
            return false;
        }
        long tag = varint();
        field = tag < 0 || tag >>> 3 > Integer.MAX_VALUE ? 0 : (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        return tag >= 0;
    }

    /** Whether the range is used up to its last byte. */
    boolean atEnd() {
        return position == end;
    }

    /** Whether the value lies within the range. Afterwards it is known where it begins and ends. */
    boolean value() {
        valueStart = position;
        switch (wireType) {
            case VARINT -> {
                if (varint() < 0 && position > end) {
                    return false;
                }
            }
            case 1 -> position += 8;
            case LENGTH_DELIMITED -> {
                long length = varint();
                valueStart = Math.min(position, end);
                if (length < 0 || length > end - position) {
                    return false;
                }
                position += (int) length;
            }
            case FIXED32 -> position += 4;
            default -> {
                return false;
            }
        }
        return field > 0 && position <= end;
    }

    int field() {
        return field;
    }

    int wireType() {
        return wireType;
    }

    int valueStart() {
        return valueStart;
    }

    int valueEnd() {
        return position;
    }

    /** The value of a varint field that has been stepped over. */
    long varintValue() {
        return new WireReader(bytes, valueStart, end).varint();
    }

    /** Negative, and the position behind the end, when there is none in the range. */
    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (position >= end) {
                break;
            }
            byte b = bytes[position++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        position = end + 1;
        return -1;
    }
}
