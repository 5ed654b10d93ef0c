"""The wheel works with any Python 3 of one platform, since it holds a library but no extension."""

import os

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel


class PlatformWheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class PlatformDistribution(Distribution):
    def has_ext_modules(self):
        return True


setup(version=os.environ["COUNTERMARK_VERSION"], distclass=PlatformDistribution,
      cmdclass={"bdist_wheel": PlatformWheel})
