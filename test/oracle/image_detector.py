"""A detector of cm-image-1 for a given lattice, after spec/image-mark.md §3 and §5 to §7. It shares no
code with the library and doesn't search for rotation or scale. Needs numpy."""

import functools
import math

import numpy as np

from image_scheme import (
    CODE_BITS, GENERATORS, HEADER, HIGH, INFO_BITS, LOW, MEMORY, PAYLOAD_BITS, PILOTS, SHORT_BITS,
    TILE, Layout, crc12, encode, encode_info, value_of,
)

CANONICAL = 1024
LN2, LN10 = math.log(2), math.log(10)
SURE = -9 * LN10
STANDS_OUT = -10.5
SHIFTS = 2 * (2 * TILE) ** 2
SMALL = 400 * 400  # pixels of the residual


# --- Section 3: front end --------------------------------------------------------------------------


def fine_gaussian(plane, sigma):
    """Taps to 3.5 deviations; borders mirrored about the edge sample."""
    radius = min(math.ceil(3.5 * sigma), 16)
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps /= taps.sum()
    for _ in ("columns", "rows"):
        n = plane.shape[0]
        at = np.abs(np.arange(-radius, n + radius) % max(1, 2 * n - 2))
        padded = plane[np.minimum(at, 2 * n - 2 - at)]
        plane = sum(t * padded[i : i + n] for i, t in enumerate(taps)).T
    return plane


def gaussian(plane, sigma):
    """Wide ones on a grid two or four times coarser."""
    if min(plane.shape) < 64:
        return fine_gaussian(plane, sigma)
    n = 4 if sigma >= 6 else 2
    h, w = plane.shape
    small = area_means(plane, -(-h // n), -(-w // n))
    rest = sigma**2 - (n**2 - 1) / 12 - n**2 / 6
    return interpolated(fine_gaussian(small, math.sqrt(rest) / n), h, w)


def area_means(plane, height, width):
    for n in (height, width):
        edges = np.arange(n + 1) * (plane.shape[0] / n)
        total = np.vstack([np.zeros(plane.shape[1]), np.cumsum(plane, axis=0)])
        whole = np.minimum(edges.astype(int), plane.shape[0] - 1)
        at = total[whole] + (edges - whole)[:, None] * plane[whole]
        plane = (np.diff(at, axis=0) * (n / plane.shape[0])).T
    return plane


def interpolated(plane, height, width):
    """Linearly, sample centres aligned, the border sample repeated."""
    for n in (height, width):
        at = np.clip((np.arange(n) + 0.5) * plane.shape[0] / n - 0.5, 0, plane.shape[0] - 1)
        low = np.minimum(at.astype(int), max(0, plane.shape[0] - 2))
        part = (at - low)[:, None]
        plane = ((1 - part) * plane[low] + part * plane[np.minimum(low + 1, plane.shape[0] - 1)]).T
    return plane


def good_length(n):
    """The least even length from n on without prime factors but 2, 3, 5."""
    n += n % 2
    while pow(30, 64, n):
        n += 2
    return n


def whiten(luma):
    v = luma - gaussian(luma, 6)
    shape = [good_length(n) for n in v.shape]
    fy, fx = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :]
    ramp = 10 * np.minimum(np.hypot(fx, fy), 0.3)
    v = np.fft.irfft2(np.fft.rfft2(v, shape) * ramp, shape)[: v.shape[0], : v.shape[1]]
    return np.clip(v / np.sqrt(gaussian(v * v, 3.5) + 1), -2, 2)


# --- Section 5: lattices ---------------------------------------------------------------------------


def round_half_up(x):
    return math.floor(x + 0.5)


class Canvas:
    """The residual, how much smaller than the picture it is, and the nominal lattice."""

    def __init__(self, luma):
        height, width = luma.shape
        s = max(1, math.sqrt(width * height) / CANONICAL)
        canonical = [round_half_up(width / s), round_half_up(height / s)]
        if s * s > 1.25:
            luma = area_means(luma, canonical[1], canonical[0])
        self.residual = whiten(luma)
        size = np.array(luma.shape[::-1], float)
        self.shrink = np.array([width, height]) / size
        self.nominal = np.diag(canonical / (TILE * size))

    def lattice(self, rotation, scale_x, scale_y, flip):
        """From the geometry that a report gives: A takes canonical pixels to the picture's."""
        t = math.radians(-rotation)  # y points down
        turn = np.array([[math.cos(t), -math.sin(t)], [math.sin(t), math.cos(t)]])
        a = turn @ np.diag([scale_x, scale_y]) @ np.diag([-1 if flip else 1, 1])
        return np.diag(self.shrink) @ np.linalg.inv(a).T / TILE


# --- Section 6.3: fold -----------------------------------------------------------------------------


def block_side(shape, lattice):
    area = lattice[0, 0] * lattice[1, 1] - lattice[0, 1] * lattice[1, 0]
    tile, longer = 1 / math.sqrt(abs(area)), max(shape)
    if shape[0] * shape[1] < 8.8 * tile * tile:
        return max(16, int(tile / 2))
    return max(16, min(round_half_up(tile), longer))


class Blocks:
    """Coefficients [block][frequency] of pilots and message, and the blocks' centres."""

    def __init__(self, residual, layout, lattice):
        h, w = residual.shape
        side = block_side(residual.shape, lattice)
        self.columns, self.rows = (max(1, round_half_up(n / side)) for n in (w, h))
        xs, ys = ([i * side for i in range(n)] for n in (self.columns, self.rows))
        cells = [(x, y) for y in zip(ys, ys[1:] + [h]) for x in zip(xs, xs[1:] + [w])]
        self.centres = np.array([[(x[0] + x[1]) / 2, (y[0] + y[1]) / 2] for x, y in cells])
        tiles = [np.fft.fft2(fold(residual, lattice, x, y)) for x, y in cells]
        self.pilot = self.take(tiles, layout.pilot, lattice)
        self.message = self.take(tiles, layout.message, lattice)

    @staticmethod
    def take(tiles, frequencies, lattice):
        k = np.array(frequencies)
        held = (np.abs(k @ lattice.T) < 0.5).all(axis=1)
        return np.array([t[k[:, 1], k[:, 0]] * held for t in tiles])


def fold(residual, lattice, xs, ys):
    """The pixels [x0, x1) x [y0, y1), each spread over the four samples around its place."""
    y, x = np.mgrid[ys[0] : ys[1], xs[0] : xs[1]]
    value = residual[ys[0] : ys[1], xs[0] : xs[1]]
    tile = np.zeros((TILE, TILE))
    u = TILE * (lattice[0, 0] * x + lattice[1, 0] * y)
    v = TILE * (lattice[0, 1] * x + lattice[1, 1] * y)
    iu, iv = np.floor(u).astype(int), np.floor(v).astype(int)
    for j, share_v in enumerate((1 - (v - iv), v - iv)):
        for i, share_u in enumerate((1 - (u - iu), u - iu)):
            np.add.at(tile, ((iv + j) % TILE, (iu + i) % TILE), value * share_u * share_v)
    return tile


# --- Section 6.4: levels, shifts, field of shifts --------------------------------------------------


def at_radius(by_radius, radius):
    """Between whole radii, linearly."""
    return np.interp(radius, np.arange(len(by_radius)), by_radius)


class Frequencies:
    """A layout as arrays."""

    def __init__(self, layer_key):
        self.layout = Layout(layer_key)
        self.pilot, self.message = np.array(self.layout.pilot), np.array(self.layout.message)
        self.pilot_radius, self.message_radius = np.hypot(*self.pilot.T), np.hypot(*self.message.T)
        self.phase = np.array(self.layout.phase)
        self.sign, self.code_bit = np.array(self.layout.sign), np.array(self.layout.code_bit)

    def level_roots(self, message):
        """Functions of radius: the root of the noise level of these coefficients."""
        power, levels = np.abs(message) ** 2, []
        for radius in np.clip(np.arange(HIGH + 2), LOW, HIGH):
            away = np.abs(self.message_radius - radius)
            near = np.sort(power[away < 2.5])
            weight = np.exp(-0.5 * (away / 1.5) ** 2) * (away <= 4 * 1.5)
            limited = np.minimum(power, 4 * near[len(near) // 2])
            levels.append(weight @ limited / weight.sum())
        return lambda radius: np.sqrt(at_radius(levels, radius))


def limit(z, most):
    return z / np.maximum(1, np.abs(z) / most)


class Shift:
    """`choice`: what it was chosen by, "pilots", "pattern", or nothing of the key's: "given"."""

    def __init__(self, turned, x, y, ln_p, choice="pilots"):
        self.turned, self.x, self.y, self.ln_p, self.choice = turned, x, y, ln_p, choice


class Pilots:
    """Section 7.1: the sum at every shift, and the four strongest separate ones."""

    def __init__(self, blocks, f):
        root = f.level_roots(blocks.message.sum(axis=0))
        self.z = limit(blocks.pilot.sum(axis=0) / root(f.pilot_radius), 3)
        self.energy = float((np.abs(self.z) ** 2).sum())
        peaks = [p for turned in (False, True) for p in self.peaks(f, turned)]
        self.shifts = sorted(peaks, key=lambda s: s.ln_p)[:4]
        self.ln_p = self.shifts[0].ln_p
        self.sum = math.sqrt(-self.ln_p * self.energy)

    def peaks(self, f, turned):
        n, clear = 2 * TILE, np.arange(-5, 6)
        spectrum = np.zeros((n, n), complex)
        spectrum[f.pilot[:, 1] % n, f.pilot[:, 0]] = seen(self.z, turned) * np.conj(f.phase)
        grid = np.fft.ifft2(spectrum).real * n * n
        for _ in range(4):
            y, x = np.unravel_index(grid.argmax(), grid.shape)
            t = max(0, float(grid[y, x]))
            yield Shift(turned, x / 2, y / 2, -t * t / self.energy)
            grid[np.ix_((y + clear) % n, (x + clear) % n)] = -np.inf


class Pattern:
    """In few pixels: where nothing was cut away, and where all of a mark of no payload answers best."""

    def __init__(self, blocks, f, lattice):
        root = f.level_roots(blocks.message.sum(axis=0))
        self.pilot = limit(blocks.pilot.sum(axis=0) / root(f.pilot_radius), 3)
        self.message = limit(blocks.message.sum(axis=0) / root(f.message_radius), 2.5)
        value = f.sign * (1 - 2 * np.array(encode(0, 0)))[f.code_bit] / math.sqrt(2)
        self.wanted = (value[::2] + 1j * value[1::2]) * amplitude(f.message_radius)
        x, y = (TILE * lattice.sum(axis=0) - 1) / 2
        self.shifts = [self.at(f, False, x, y, "given"), self.best(f)]

    def at(self, f, turned, x, y, choice):
        aligned = align(self.pilot, f.pilot, turned, np.array([x, y])) * np.conj(f.phase)
        t = max(0, float(aligned.real.sum()))
        return Shift(turned, x, y, -t * t / float((np.abs(aligned) ** 2).sum()), choice)

    def best(self, f):
        n, found = 2 * TILE, []
        for turned in (False, True):
            spectrum = np.zeros((n, n), complex)
            pilot = seen(self.pilot, turned) * np.conj(f.phase) * 2.1 * amplitude(f.pilot_radius)
            spectrum[f.pilot[:, 1] % n, f.pilot[:, 0]] = pilot
            message = seen(self.message, turned) * np.conj(self.wanted)
            spectrum[f.message[:, 1] % n, f.message[:, 0]] = message
            grid = np.fft.ifft2(spectrum).real
            y, x = np.unravel_index(grid.argmax(), grid.shape)
            found.append((grid[y, x], turned, x / 2, y / 2))
        return self.at(f, *max(found)[1:], "pattern")


def amplitude(radius):
    return np.sqrt(radius / 18) * (1 + 1.5 * np.maximum(0, (18 - radius) / 10))


def seen(z, turned):
    return np.conj(z) if turned else z


def align(z, k, turned, shifts):
    """Blocks' coefficients as if nothing had moved."""
    return seen(z, turned) * np.exp(2j * np.pi / TILE * (shifts @ k.T))


class Field:
    """Shifts of the blocks: an offset, two slopes for either axis, two terms of perspective."""

    def __init__(self, blocks, f, shift):
        self.blocks, self.f, self.shift = blocks, f, shift
        place = blocks.centres - blocks.centres.mean(axis=0)
        self.x, self.y = (place / max(1, np.abs(place).max())).T
        self.p = np.array([shift.x, shift.y, 0, 0, 0, 0, 0, 0], float)

    def shifts(self, p):
        depth = p[6] * self.x + p[7] * self.y
        dx = p[0] + p[2] * self.x + p[3] * self.y + depth * self.x
        dy = p[1] + p[4] * self.x + p[5] * self.y + depth * self.y
        return np.stack([dx, dy], axis=1)

    def agreement(self, p):
        aligned = align(self.blocks.pilot, self.f.pilot, self.shift.turned, self.shifts(p))
        return float((aligned * np.conj(self.f.phase)).real.sum())

    def climb(self, terms, step):
        best = self.agreement(self.p)
        while step > 0.03:
            better = False
            for i in range(2 * terms):
                tried = self.p.copy()
                tried[i // 2] += -step if i % 2 else step
                score = self.agreement(tried)
                if score > best:
                    self.p, best, better = tried, score, True
            if not better:
                step /= 2

    def fit(self, follow):
        self.climb(2, 0.25)
        if follow:
            self.climb(6, 1)
            if len(self.x) >= 9:
                self.climb(8, 1)
        return self.shifts(self.p)


# --- Section 6.5: message --------------------------------------------------------------------------


def block_weights(pilot, columns, rows):
    """`pilot`: aligned, times the conjugate phasors."""
    if len(pilot) == 1:
        return np.ones(1)
    rms = np.sqrt((np.abs(pilot) ** 2).mean(axis=0))
    own = smooth = (pilot.real / np.maximum(rms, 1e-9)).mean(axis=1)
    if columns > 2 and rows > 2:
        sums = [np.pad(a.reshape(rows, columns), 1) for a in (own, np.ones(len(own)))]
        around = [sum(np.roll(a, (j, i), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)) for a in sums]
        smooth = (around[0][1:-1, 1:-1] / around[1][1:-1, 1:-1]).reshape(-1)
    weight = (own + smooth) / 2
    strong = np.sort(weight)[(len(weight) - 1) * 9 // 10]
    return np.maximum(weight, 0.15 * max(strong, 1e-3))


def gains(answers, f):
    """At the message's radii, from the pilots' answers."""
    by_radius = []
    for radius in range(HIGH + 2):
        weight = np.exp(-0.5 * ((f.pilot_radius - radius) / 3) ** 2)
        by_radius.append(weight @ answers / (0.5 + weight.sum()))
    return np.maximum(at_radius(by_radius, f.message_radius), 0.03)


class Reading:
    """The message at one shift, and section 7.2."""

    def __init__(self, blocks, f, shift, follow):
        moved = Field(blocks, f, shift).fit(follow)
        pilot = align(blocks.pilot, f.pilot, shift.turned, moved) * np.conj(f.phase)
        message = align(blocks.message, f.message, shift.turned, moved)
        weight = block_weights(pilot, blocks.columns, blocks.rows)
        total = weight @ message
        root = f.level_roots(total)
        answers = limit(weight @ pilot / root(f.pilot_radius), 3).real
        z = gains(answers, f) * limit(total / root(f.message_radius), 2.5)
        y = f.sign * np.stack([z.real, z.imag], axis=1).reshape(-1)
        self.bits = np.bincount(f.code_bit, y, CODE_BITS)
        self.energy, self.shift = float(y @ y), shift
        words = list(self.words())
        self.ln_p, self.valid, self.payload_bits, self.payload, word = min(words, key=lambda w: w[0])
        self.sum = float(self.bits @ (1 - 2 * word))
        self.bits_corrected = int(((self.bits < 0) != (word == 1)).sum())

    def words(self):
        """(ln p, valid, bits, payload, word) of every test."""
        valid, correlation, info = decode(self.bits)
        payload, word = value_of(info[4 : 4 + PAYLOAD_BITS]), np.array(encode_info(info))
        choices = PAYLOAD_BITS + 1 if valid else INFO_BITS + 3
        yield self.by_message(correlation, choices), valid, PAYLOAD_BITS, payload, word
        correlations = (1 - 2 * short_words()) @ self.bits
        best = int(correlations.argmax())
        yield self.by_message(correlations[best], SHORT_BITS + 3), True, SHORT_BITS, best, short_words()[best]
        word = np.array(encode(0, 0))
        correlation = float(self.bits @ (1 - 2 * word))
        yield self.by_message(correlation, 3), True, 0, 0, word
        yield self.together(correlation), True, 0, 0, word

    def message_alone(self, correlation):
        return -max(0, correlation) ** 2 / (2 * self.energy)

    def by_message(self, correlation, choices):
        shifts = math.log(SHIFTS) if self.shift.choice == "pattern" else 0
        return self.message_alone(correlation) + choices * LN2 + shifts

    def together(self, correlation):
        message, shifts = self.message_alone(correlation), math.log(SHIFTS)
        if message > -13.8:
            return 0
        q = message + min(0, self.shift.ln_p)
        return q + math.log(1 - q) + 3 * LN2 + (0 if self.shift.choice == "given" else shifts)


@functools.cache
def short_words():
    """All 2^16, from those of one bit: the code is linear but for a constant."""
    words = np.array([encode(0, SHORT_BITS)], dtype=np.int8)
    for bit in range(SHORT_BITS):
        change = np.array(encode(1 << bit, SHORT_BITS), dtype=np.int8) ^ words[0]
        words = np.concatenate([words, words ^ change])
    return words


def is_valid(info):
    head = 4 + PAYLOAD_BITS
    return value_of(info[:4]) == HEADER and crc12(info[:head]) == value_of(info[head:])


def decode(soft):
    """(valid, correlation, information word): three laps of the trellis. State: the 13 newest bits,
    the newest on top."""
    states = 1 << MEMORY
    register = np.arange(2 * states).reshape(2, states)
    parity = np.array([bin(r).count("1") & 1 for r in range(2 * states)])
    sign = np.array([1 - 2 * parity[register & g] for g in GENERATORS])
    metric, best = np.zeros(states), (False, -math.inf, None)
    for lap in range(3):
        past = []
        for four in soft.reshape(-1, 4):
            reached = metric[None, :] + np.tensordot(four, sign, 1)  # [bit][state]
            pairs = reached.reshape(2, states // 2, 2)  # both lead to register >> 1
            past.append(pairs.argmax(axis=2).reshape(-1))
            metric = pairs.max(axis=2).reshape(-1)
        for state in np.argsort(-metric)[:16] if lap else []:
            info = follow_back(past, int(state))
            word = 1 - 2 * np.array(encode_info(info))
            best = max(best, (is_valid(info), float(soft @ word), info), key=lambda w: w[:2])
        if best[0]:
            break
    return best


def follow_back(past, state):
    bits = []
    for chosen in reversed(past):
        bits.append(state >> (MEMORY - 1))
        state = (state << 1 & ((1 << MEMORY) - 1)) | int(chosen[state])
    return bits[::-1]


# --- Sections 5 and 7.3: one key at one lattice ----------------------------------------------------


class Trial:
    def __init__(self, canvas, layer_key, lattice, keys):
        f = Frequencies(layer_key)
        blocks = Blocks(canvas.residual, f.layout, lattice)
        self.keys, self.pilots, self.readings, self.best = keys, Pilots(blocks, f), 0, None
        for i, shift in enumerate(self.pilots.shifts):
            for follow in (False, True):
                wanted = shift.ln_p < STANDS_OUT or (i == 0 and not follow)
                if wanted and not self.done():
                    self.keep(Reading(blocks, f, shift, follow))
        small = canvas.residual.size <= SMALL
        for shift in Pattern(blocks, f, lattice).shifts if small and not self.done() else []:
            if not self.done():
                self.keep(Reading(blocks, f, shift, False))

    def keep(self, reading):
        self.readings += 1
        order = lambda r: (not (r.valid and r.ln_p < SURE), r.ln_p)
        if self.best is None or order(reading) < order(self.best):
            self.best = reading

    def message_ln_p(self):
        return min(0, self.best.ln_p + math.log(20 * self.readings)) if self.best else 0

    def done(self):
        return self.best is not None and self.best.valid and self.message_ln_p() < SURE

    def ln_p(self):
        pilots = self.pilots.ln_p + math.log(20 * SHIFTS)
        return min(0, min(pilots, self.message_ln_p()) + math.log(self.keys))

    def read(self):
        return self.best.valid and self.message_ln_p() + math.log(self.keys) <= SURE


def detect(canvas, layer_keys, lattice):
    """The trial of the key that answers best, its number, and how many keys were tried."""
    trials = []
    for key in layer_keys:
        trials.append(Trial(canvas, key, lattice, len(layer_keys)))
        if trials[-1].done():
            break
    best = min(range(len(trials)), key=lambda i: trials[i].ln_p())
    return best, trials[best], len(trials)
