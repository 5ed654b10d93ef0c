"""Makes test/data/tails.tsv: tail probabilities at 50 digits, by other ways than src/base/tails.c.

python3 test/oracle/tails.py > test/data/tails.tsv     (needs mpmath; some seconds)
Columns: function, up to three arguments ("-" where there is none), ln of the probability.
Arguments are written so that reading them as a double gives the value that was used.
"""
import mpmath as mp

mp.mp.dps = 50


def sum_down(first, ratio):
    """first * (1 + r1 + r1 r2 + ...) until the terms no longer matter."""
    total, term, i = mp.mpf(1), mp.mpf(1), 0
    while term > total * mp.mpf(10) ** -45:
        i += 1
        term *= ratio(i)
        total += term
    return first * total


def log_term(k, n, p):
    return mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1) + k * mp.log(p) + (n - k) * mp.log(1 - p)


def binomial(k, n, p):
    p = mp.mpf(p)
    if k > n * p:
        s = sum_down(mp.mpf(1), lambda i: (n - k - i + 1) / mp.mpf(k + i) * p / (1 - p) if k + i <= n else mp.mpf(0))
        return log_term(k, n, p) + mp.log(s)
    j = k - 1  # the lower tail, from its largest term down
    s = sum_down(mp.mpf(1), lambda i: (j - i + 1) / mp.mpf(n - j + i) * (1 - p) / p if j - i >= 0 else mp.mpf(0))
    return mp.log1p(-mp.exp(log_term(j, n, p) + mp.log(s)))


def gamma(a, x):
    x = mp.mpf(x)
    if a == int(a) and a > 50:
        a = int(a)
        if x > a:
            first = (a - 1) * mp.log(x) - x - mp.loggamma(a)
            return first + mp.log(sum_down(mp.mpf(1), lambda i: (a - i) / x if i < a else mp.mpf(0)))
        first = a * mp.log(x) - x - mp.loggamma(a + 1)
        return mp.log1p(-mp.exp(first + mp.log(sum_down(mp.mpf(1), lambda i: x / (a + i)))))
    if x < a:
        return mp.log1p(-mp.gammainc(mp.mpf(a), 0, x, regularized=True))
    return mp.log(mp.gammainc(mp.mpf(a), x, mp.inf, regularized=True))


def beta(a, b, x):
    x = mp.mpf(x)
    if x > a / mp.mpf(a + b):
        return mp.log1p(-mp.betainc(b, a, 0, 1 - x, regularized=True))
    return mp.log(mp.betainc(a, b, 0, x, regularized=True))


def normal(z):
    z = mp.mpf(z) / mp.sqrt(2)
    return mp.log1p(-mp.erfc(-z) / 2) if z < 0 else mp.log(mp.erfc(z) / 2)


def row(name, value, *args):
    cells = [repr(a) for a in args] + ["-"] * (3 - len(args))
    print("\t".join([name, *cells, mp.nstr(value, 30)]))


for n, p in [(1, 0.25), (2, 0.5), (10, 0.3), (64, 0.5), (100, 0.01), (199, 0.25), (1000, 0.001), (1000, 0.999)]:
    for k in sorted({1, 2, n // 4 + 1, n // 2, n // 2 + 1, 3 * n // 4, n - 1, n}):
        if 1 <= k <= n:
            row("binomial", binomial(k, n, p), k, n, p)
for n, p in [(20000, 0.25), (1000000, 0.5), (10000000, 0.5), (10000000, 1e-06), (10000000, 0.9)]:
    mean, dev = n * p, (n * p * (1 - p)) ** 0.5
    for z in (-30, -5, -1, 0, 1, 3, 8, 37, 40, 100, 300):
        k = int(mean + z * dev)
        if 1 <= k <= n:
            row("binomial", binomial(k, n, p), k, n, p)
row("binomial", binomial(9999999, 10000000, 0.5), 9999999, 10000000, 0.5)
row("binomial", binomial(1, 10000000, 1e-300), 1, 10000000, 1e-300)

for a in (0.25, 0.5, 1.0, 1.5, 2.0, 7.0, 32.5, 100.0):
    for x in (1e-10, 0.1, 0.5, 1.0, 1.9, 3.0, 8.0, 31.0, 34.0, 99.0, 103.0, 200.0, 740.0, 2000.0, 100000.0):
        row("gamma", gamma(a, x), a, x)
for a in (400.0, 10000.0, 1000000.0, 10000000.0):
    for z in (-20, -5, -1, 0, 0.5, 1, 2, 5, 10, 37, 60, 300):
        x = a + z * a**0.5
        if x > 0:
            row("gamma", gamma(a, x), a, x)

for a, b in ((0.5, 0.5), (1.0, 3.0), (2.5, 0.75), (12.0, 30.0), (64.0, 65.0), (200.5, 3.25), (1000.0, 1500.0)):
    for x in (1e-200, 1e-30, 1e-05, 0.01, 0.125, 0.25, 0.4, 0.5, 0.625, 0.75, 0.9, 0.99, 0.999999):
        row("beta", beta(a, b, x), a, b, x)

for z in (-40.0, -37.5, -10.0, -6.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 5.999, 6.0, 6.5, 8.0, 20.0, 37.0, 37.5, 38.5, 40.0, 100.0, 1000.0, 1e6, 1e100):
    row("normal", normal(z) if z < 1e50 else -mp.mpf(z) ** 2 / 2 - mp.log(mp.mpf(z) * mp.sqrt(2 * mp.pi)), z)

for x in (1e-300, 1e-08, 0.1, 0.5, 0.999, 1.0, 1.001, 1.5, 2.0, 2.5, 3.0, 10.0, 15.999, 16.0, 100.5, 1e4, 1e7, 1e15, 1e300):
    row("loggamma", mp.loggamma(mp.mpf(x)), x)

for x in (-1e-300, -1e-17, -1e-08, -0.1, -0.6931, -0.6932, -1.0, -5.0, -36.0, -40.0, -700.0, -745.0):
    row("log1mexp", mp.log1p(-mp.exp(mp.mpf(x))) if x < -1 else mp.log(-mp.expm1(mp.mpf(x))), x)
