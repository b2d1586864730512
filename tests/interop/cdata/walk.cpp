// Reads and copies arrays of the Arrow C data interface, written by its specification alone.
//   walk_print: writes a record array as JSON, one array of values a column, in the canonical text of ../arrow/columns.mjs.
//   walk_stream: writes all batches of a stream so, or its error behind an exclamation mark.
//   walk_copy:  copies schema and array into memory of its own, each buffer at the end of a page with none behind it, and with
//               rows in front of the first one where the layout allows.
//   walk_live:  counts structures of walk_copy that were not released.
#include <sys/mman.h>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

struct ArrowSchema {
  const char* format; const char* name; const char* metadata; int64_t flags; int64_t n_children;
  ArrowSchema** children; ArrowSchema* dictionary; void (*release)(ArrowSchema*); void* private_data;
};
struct ArrowArray {
  int64_t length, null_count, offset, n_buffers, n_children; const void** buffers;
  ArrowArray** children; ArrowArray* dictionary; void (*release)(ArrowArray*); void* private_data;
};

struct ArrowArrayStream {
  int (*get_schema)(ArrowArrayStream*, ArrowSchema*);
  int (*get_next)(ArrowArrayStream*, ArrowArray*);
  const char* (*get_last_error)(ArrowArrayStream*);
  void (*release)(ArrowArrayStream*);
  void* private_data;
};

static int64_t live = 0;

static bool bit(const void* bits, int64_t i) { return (static_cast<const uint8_t*>(bits)[i >> 3] >> (i & 7)) & 1; }
template <class T> static T at(const void* buffer, int64_t i) {
  T value;
  memcpy(&value, static_cast<const char*>(buffer) + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
  return value;
}
static bool starts(const char* text, const char* prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

static std::string quote(const std::string& text) { return "\"" + text + "\""; }
static std::string hex(const uint8_t* bytes, int64_t n) {
  std::string out;
  char two[3];
  for (int64_t i = 0; i < n; i++) { snprintf(two, 3, "%02X", bytes[i]); out += two; }
  return out;
}
template <class T> static std::string number(T value, T (*parse)(const char*, char**)) {
  char text[64];
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(value));
    if (parse(text, nullptr) == value) break;
  }
  return text;
}
static std::string integer(const void* bytes, int width) {
  std::vector<uint8_t> digits(static_cast<const uint8_t*>(bytes), static_cast<const uint8_t*>(bytes) + width);
  bool negative = digits[width - 1] & 0x80;
  if (negative) {
    int carry = 1;
    for (auto& d : digits) { carry += static_cast<uint8_t>(~d); d = static_cast<uint8_t>(carry); carry >>= 8; }
  }
  std::string out;
  for (bool more = true; more;) {
    int rest = 0;
    more = false;
    for (int i = width - 1; i >= 0; i--) {
      int value = rest * 256 + digits[i];
      digits[i] = static_cast<uint8_t>(value / 10);
      rest = value % 10;
      more |= digits[i] != 0;
    }
    out.insert(out.begin(), static_cast<char>('0' + rest));
  }
  return (negative ? "-" : "") + out;
}
static double half(uint16_t h) {
  int exponent = (h >> 10) & 31;
  double size = (h & 1023) / 1024.0 + (exponent ? 1 : 0);
  for (int e = exponent ? exponent : 1; e < 15; e++) size /= 2;
  for (int e = exponent; e > 15; e--) size *= 2;
  return h & 0x8000 ? -size : size;
}

// Bytes of a value of a format with one width, or 0.
static int width_of(const char* f) {
  switch (f[0]) {
    case 'c': case 'C': return 1;
    case 's': case 'S': case 'e': return 2;
    case 'i': case 'I': case 'f': return 4;
    case 'l': case 'L': case 'g': return 8;
    case 'w': return atoi(f + 2);
    case 'd': {
      const char* second = strchr(strchr(f, ',') + 1, ',');
      return second ? atoi(second + 1) / 8 : 16;
    }
    case 't':
      if (!strcmp(f, "tdD") || !strcmp(f, "tts") || !strcmp(f, "ttm") || !strcmp(f, "tiM")) return 4;
      return strcmp(f, "tin") ? 8 : 16;
    default: return 0;
  }
}

static std::string print(const ArrowSchema* s, const ArrowArray* a, int64_t row);

static std::string range(const ArrowSchema* s, const ArrowArray* a, int64_t first, int64_t last) {
  std::string out = "[";
  for (int64_t i = first; i < last; i++) out += (i == first ? "" : ",") + print(s, a, i);
  return out + "]";
}

static int child_of(const char* format, int code) {
  int index = 0;
  for (const char* p = strchr(format, ':') + 1;; p = strchr(p, ',') + 1, index++) {
    if (atoi(p) == code) return index;
  }
}

// Writes row `row`, counted from the array's first row.
static std::string print(const ArrowSchema* s, const ArrowArray* a, int64_t row) {
  const char* f = s->format;
  int64_t i = a->offset + row;
  if (f[0] == 'n') return "null";
  if (starts(f, "+r")) {
    const ArrowArray* ends = a->children[0];
    int w = width_of(s->children[0]->format);
    for (int64_t run = 0;; run++) {
      int64_t end = w == 2 ? at<int16_t>(ends->buffers[1], ends->offset + run)
                  : w == 4 ? at<int32_t>(ends->buffers[1], ends->offset + run) : at<int64_t>(ends->buffers[1], ends->offset + run);
      if (end > i) return print(s->children[1], a->children[1], run);
    }
  }
  if (starts(f, "+u")) {
    int child = child_of(f, at<int8_t>(a->buffers[0], i));
    return print(s->children[child], a->children[child], f[2] == 'd' ? at<int32_t>(a->buffers[1], i) : i);
  }
  if (a->buffers[0] && a->null_count != 0 && !bit(a->buffers[0], i)) return "null";
  if (s->dictionary) {
    int w = width_of(f);
    uint64_t index = 0;
    memcpy(&index, static_cast<const char*>(a->buffers[1]) + i * w, w);
    return print(s->dictionary, a->dictionary, static_cast<int64_t>(index));
  }
  if (f[0] == 'b') return quote(bit(a->buffers[1], i) ? "true" : "false");
  if (f[0] == 'u' || f[0] == 'z' || f[0] == 'U' || f[0] == 'Z') {
    bool large = f[0] == 'U' || f[0] == 'Z';
    int64_t from = large ? at<int64_t>(a->buffers[1], i) : at<int32_t>(a->buffers[1], i);
    int64_t to = large ? at<int64_t>(a->buffers[1], i + 1) : at<int32_t>(a->buffers[1], i + 1);
    const char* bytes = static_cast<const char*>(a->buffers[2]) + from;
    return f[0] == 'u' || f[0] == 'U' ? quote(std::string(bytes, to - from))
                                      : quote(hex(reinterpret_cast<const uint8_t*>(bytes), to - from));
  }
  if (f[0] == 'v') {
    const char* view = static_cast<const char*>(a->buffers[1]) + i * 16;
    int32_t size = at<int32_t>(view, 0);
    const char* bytes = size <= 12 ? view + 4 : static_cast<const char*>(a->buffers[2 + at<int32_t>(view, 2)]) + at<int32_t>(view, 3);
    return f[1] == 'u' ? quote(std::string(bytes, size)) : quote(hex(reinterpret_cast<const uint8_t*>(bytes), size));
  }
  if (starts(f, "+l") || starts(f, "+m")) {
    int64_t from = at<int32_t>(a->buffers[1], i), to = at<int32_t>(a->buffers[1], i + 1);
    if (f[1] == 'l') return range(s->children[0], a->children[0], from, to);
    std::string out = "[";
    const ArrowArray* pairs = a->children[0];
    for (int64_t k = from; k < to; k++) {
      out += k == from ? "[" : ",[";
      out += print(s->children[0]->children[0], pairs->children[0], pairs->offset + k) + ",";
      out += print(s->children[0]->children[1], pairs->children[1], pairs->offset + k) + "]";
    }
    return out + "]";
  }
  if (starts(f, "+L")) {
    return range(s->children[0], a->children[0], at<int64_t>(a->buffers[1], i), at<int64_t>(a->buffers[1], i + 1));
  }
  if (starts(f, "+vl") || starts(f, "+vL")) {
    bool large = f[2] == 'L';
    int64_t from = large ? at<int64_t>(a->buffers[1], i) : at<int32_t>(a->buffers[1], i);
    int64_t size = large ? at<int64_t>(a->buffers[2], i) : at<int32_t>(a->buffers[2], i);
    return range(s->children[0], a->children[0], from, from + size);
  }
  if (starts(f, "+w:")) {
    int64_t size = atoi(f + 3);
    return range(s->children[0], a->children[0], i * size, (i + 1) * size);
  }
  if (starts(f, "+s")) {
    std::string out = "{";
    for (int64_t k = 0; k < s->n_children; k++) {
      out += (k ? "," : "") + quote(s->children[k]->name) + ":" + print(s->children[k], a->children[k], i);
    }
    return out + "}";
  }
  int w = width_of(f);
  const char* value = static_cast<const char*>(a->buffers[1]) + i * w;
  if (f[0] == 'w') return quote(hex(reinterpret_cast<const uint8_t*>(value), w));
  if (f[0] == 'e') return quote(number<double>(half(at<uint16_t>(value, 0)), strtod));
  if (f[0] == 'f') return quote(number<float>(at<float>(value, 0), strtof));
  if (f[0] == 'g') return quote(number<double>(at<double>(value, 0), strtod));
  if (!strcmp(f, "tiD")) return quote(integer(value, 4) + "d " + integer(value + 4, 4) + "ms");
  if (!strcmp(f, "tin")) return quote(integer(value, 4) + "m " + integer(value + 4, 4) + "d " + integer(value + 8, 8) + "ns");
  uint8_t wide[33] = {0};  // A zero byte on top makes unsigned numbers positive.
  memcpy(wide, value, w);
  return quote(integer(wide, strchr("CSIL", f[0]) ? w + 1 : w));
}

static std::string print_batch(const ArrowSchema* schema, const ArrowArray* array) {
  std::string text = "[";
  for (int64_t k = 0; k < schema->n_children; k++) {
    text += k ? ",[" : "[";
    for (int64_t row = 0; row < array->length; row++) {
      text += (row ? "," : "") + print(schema->children[k], array->children[k], array->offset + row);
    }
    text += "]";
  }
  return text + "]";
}

static int64_t give(const std::string& text, char* out, int64_t size) {
  if (static_cast<int64_t>(text.size()) > size) return -1;
  memcpy(out, text.data(), text.size());
  return static_cast<int64_t>(text.size());
}

extern "C" int64_t walk_print(ArrowSchema* schema, ArrowArray* array, char* out, int64_t size) {
  std::string text = print_batch(schema, array);
  schema->release(schema);
  array->release(array);
  return give(text, out, size);
}

extern "C" int64_t walk_stream(ArrowArrayStream* stream, char* out, int64_t size) {
  ArrowSchema schema;
  ArrowArray array;
  std::string text;
  int error = stream->get_schema(stream, &schema);
  while (!error && !(error = stream->get_next(stream, &array)) && array.release) {
    text += print_batch(&schema, &array) + "\n";
    array.release(&array);
  }
  if (error) text += std::string("!") + stream->get_last_error(stream);
  schema.release(&schema);
  stream->release(stream);
  return give(text, out, size);
}

// Memory that ends where its page does, with a page behind it that nobody may read.
struct Pages { void* address; size_t bytes; };

static void* pages(std::vector<Pages>& all, int64_t bytes) {
  size_t open = (static_cast<size_t>(bytes) + 4095) & ~size_t{4095};
  char* region = static_cast<char*>(mmap(nullptr, open + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  mprotect(region + open, 4096, PROT_NONE);
  all.push_back({region, open + 4096});
  return region + open - bytes;
}

static char* text_of(const char* text) { return text ? strdup(text) : nullptr; }

static void free_schema(ArrowSchema* s) {
  for (int64_t i = 0; i < s->n_children; i++) {
    if (s->children[i]->release) s->children[i]->release(s->children[i]);
    delete s->children[i];
  }
  if (s->dictionary) {
    if (s->dictionary->release) s->dictionary->release(s->dictionary);
    delete s->dictionary;
  }
  free(const_cast<char*>(s->format));
  free(const_cast<char*>(s->name));
  free(const_cast<char*>(s->metadata));
  delete[] s->children;
  s->release = nullptr;
  live--;
}

static void copy_schema(const ArrowSchema* from, ArrowSchema* to) {
  *to = *from;
  live++;
  to->format = text_of(from->format);
  to->name = text_of(from->name);
  to->release = free_schema;
  if (from->metadata) {
    const char* p = from->metadata + 4;
    for (int i = 0; i < 2 * at<int32_t>(from->metadata, 0); i++) p += 4 + at<int32_t>(p, 0);
    char* copy = static_cast<char*>(malloc(p - from->metadata));
    memcpy(copy, from->metadata, p - from->metadata);
    to->metadata = copy;
  }
  to->children = new ArrowSchema*[from->n_children + 1];
  for (int64_t i = 0; i < from->n_children; i++) copy_schema(from->children[i], to->children[i] = new ArrowSchema);
  if (from->dictionary) copy_schema(from->dictionary, to->dictionary = new ArrowSchema);
}

static void free_array(ArrowArray* a) {
  for (int64_t i = 0; i < a->n_children; i++) {
    if (a->children[i]->release) a->children[i]->release(a->children[i]);
    delete a->children[i];
  }
  if (a->dictionary) {
    if (a->dictionary->release) a->dictionary->release(a->dictionary);
    delete a->dictionary;
  }
  auto* all = static_cast<std::vector<Pages>*>(a->private_data);
  for (auto& p : *all) munmap(p.address, p.bytes);
  delete all;
  delete[] a->buffers;
  delete[] a->children;
  a->release = nullptr;
  live--;
}

static void copy_array(const ArrowSchema* s, const ArrowArray* from, ArrowArray* to, int64_t front) {
  const char* f = s->format;
  auto* all = new std::vector<Pages>;
  live++;
  bool moves = !(f[0] == 'n' || starts(f, "+s") || starts(f, "+w:") || starts(f, "+us") || starts(f, "+r"));
  int64_t extra = moves ? front : 0;
  *to = *from;
  to->offset = moves ? extra : from->offset;
  to->release = free_array;
  to->private_data = all;
  to->buffers = new const void*[from->n_buffers + 1];
  int64_t n = from->length + (moves ? 0 : from->offset), skip = moves ? from->offset : 0;
  // Copies `count` items of `w` bytes from item `skip` on, behind `extra` items that are all 0x5A.
  auto items = [&](int k, int64_t w, int64_t count, bool repeat_first = false) {
    if (!from->buffers[k]) { to->buffers[k] = nullptr; return; }
    char* target = static_cast<char*>(pages(*all, (extra + count) * w));
    const char* source = static_cast<const char*>(from->buffers[k]) + skip * w;
    memset(target, 0x5A, extra * w);
    for (int64_t e = 0; repeat_first && e < extra; e++) memcpy(target + e * w, source, w);
    memcpy(target + extra * w, source, count * w);
    to->buffers[k] = target;
  };
  auto bits = [&](int k) {
    if (!from->buffers[k]) { to->buffers[k] = nullptr; return; }
    int64_t total = extra + n;
    auto* target = static_cast<uint8_t*>(pages(*all, (total + 7) / 8));
    memset(target, 0, (total + 7) / 8);
    for (int64_t i = 0; i < n; i++) if (bit(from->buffers[k], skip + i)) target[(extra + i) >> 3] |= 1 << ((extra + i) & 7);
    to->buffers[k] = target;
  };
  auto whole = [&](int k, int64_t bytes) {
    void* target = pages(*all, bytes);
    if (bytes) memcpy(target, from->buffers[k], bytes);
    to->buffers[k] = target;
  };
  if (starts(f, "+u")) {
    items(0, 1, n);
    if (f[2] == 'd') items(1, 4, n);
  } else if (from->n_buffers > 0) {
    bits(0);
    bool large = f[0] == 'U' || f[0] == 'Z' || starts(f, "+L");
    if (f[0] == 'b' && !s->dictionary) {
      bits(1);
    } else if (f[0] == 'u' || f[0] == 'z' || f[0] == 'U' || f[0] == 'Z') {
      items(1, large ? 8 : 4, n + 1, true);
      int64_t end = large ? at<int64_t>(from->buffers[1], skip + n) : at<int32_t>(from->buffers[1], skip + n);
      whole(2, end);
    } else if (f[0] == 'v') {
      items(1, 16, n);
      const void* sizes = from->buffers[from->n_buffers - 1];
      for (int k = 2; k < from->n_buffers - 1; k++) whole(k, at<int64_t>(sizes, k - 2));
      whole(static_cast<int>(from->n_buffers) - 1, (from->n_buffers - 3) * 8);
    } else if (starts(f, "+v")) {
      items(1, f[2] == 'L' ? 8 : 4, n);
      items(2, f[2] == 'L' ? 8 : 4, n);
    } else if (starts(f, "+l") || starts(f, "+L") || starts(f, "+m")) {
      items(1, large ? 8 : 4, n + 1, true);
    } else if (from->n_buffers > 1) {
      items(1, width_of(f), n);
    }
  }
  to->children = new ArrowArray*[from->n_children + 1];
  for (int64_t i = 0; i < from->n_children; i++) {
    copy_array(s->children[i], from->children[i], to->children[i] = new ArrowArray, front + i % 3);
  }
  if (from->dictionary) copy_array(s->dictionary, from->dictionary, to->dictionary = new ArrowArray, front);
}

extern "C" void walk_copy(ArrowSchema* schema, ArrowArray* array, ArrowSchema* schema_to, ArrowArray* array_to, int64_t front) {
  copy_schema(schema, schema_to);
  copy_array(schema, array, array_to, front);
  schema->release(schema);
  array->release(array);
}

extern "C" int64_t walk_live() { return live; }
