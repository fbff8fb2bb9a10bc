FROM condaforge/miniforge3:25.3.1-0
LABEL io.github.snakemake.containerized="true"
LABEL io.github.snakemake.conda_env_hash="5d712112524126736102519135739f028774143e5b6fd91f88cfa480898e1b89"
# Conda environment:
#   source: envs/analysis.yaml
#   prefix: /conda-envs/9bfceaa712fa66b392a4439893f72741
#   # Rules that run no network: simulation, motif databases, match fractions, tables and figures.
#   # The pip pins are those of requirements/run.txt (tests/test_environments.py keeps them equal).
#   channels:
#     - conda-forge
#     - bioconda
#     - nodefaults
#   dependencies:
#     - python=3.11
#     - pip=25.2
#     - pip:
#         - numpy==2.4.6
#         - pandas==3.1.1
#         - h5py==3.14.0
#         - matplotlib==3.11.2
#         - scipy==1.17.1
#         - scikit-learn==1.9.1
#         - seaborn==0.13.2
#         - bokeh==3.9.2
#         - pyjaspar==4.0.0
#         - memelite==0.5.0
#         - numba==0.68.1
RUN mkdir -p /conda-envs/9bfceaa712fa66b392a4439893f72741
COPY envs/analysis.yaml /conda-envs/9bfceaa712fa66b392a4439893f72741/environment.yaml
# Conda environment:
#   source: envs/bedtools.yaml
#   prefix: /conda-envs/45082b24b5a72124768abe2d6b0d4f35
#   # Rules that work on genomes, peaks and downloads: bedtools itself, and what reads FASTA, 2bit and URLs.
#   # The pip pins are those of requirements/run.txt (tests/test_environments.py keeps them equal).
#   channels:
#     - conda-forge
#     - bioconda
#     - nodefaults
#   dependencies:
#     - python=3.11
#     - pip=25.2
#     - bedtools=2.31.1
#     - pip:
#         - numpy==2.4.6
#         - pandas==3.1.1
#         - scipy==1.17.1
#         - h5py==3.14.0
#         - numba==0.68.1
#         - pyjaspar==4.0.0
#         - pyfaidx==0.9.2.2
#         - twobitreader==4.0.2
#         - pybedtools==0.12.1
#         - requests==2.34.2
#         - tenacity==9.2.1
#         - tqdm==4.70.1
RUN mkdir -p /conda-envs/45082b24b5a72124768abe2d6b0d4f35
COPY envs/bedtools.yaml /conda-envs/45082b24b5a72124768abe2d6b0d4f35/environment.yaml
# Conda environment:
#   source: envs/keras.yaml
#   prefix: /conda-envs/bd55f83171280160e6b7b4de7ed353bb
#   # Rules that build, train or read a network. The pip pins are those of requirements/run.txt
#   # (tests/test_environments.py keeps them equal); a GPU has keras-gpu.yaml.
#   channels:
#     - conda-forge
#     - bioconda
#     - nodefaults
#   dependencies:
#     - python=3.11
#     - pip=25.2
#     - pip:
#         - tensorflow-cpu==2.21.0 ; sys_platform == "linux" and platform_machine == "x86_64"
#         - tensorflow==2.21.0 ; sys_platform != "linux" or platform_machine != "x86_64"
#         - keras==3.15.1
#         - numpy==2.4.6
#         - pandas==3.1.1
#         - h5py==3.14.0
#         - scipy==1.17.1
#         - scikit-learn==1.9.1
#         - numba==0.68.1
RUN mkdir -p /conda-envs/bd55f83171280160e6b7b4de7ed353bb
COPY envs/keras.yaml /conda-envs/bd55f83171280160e6b7b4de7ed353bb/environment.yaml
# Conda environment:
#   source: envs/meme.yaml
#   prefix: /conda-envs/f6b1cca63fb07332d4bff0044fa3b77b
#   # Rules that compare motifs: MEME's own tomtom, and the embedded engine beside it, so that either
#   # choice of the configuration runs here. The pip pins are those of requirements/run.txt.
#   channels:
#     - conda-forge
#     - bioconda
#     - nodefaults
#   dependencies:
#     - python=3.11
#     - pip=25.2
#     - meme=5.5.9
#     - pip:
#         - numpy==2.4.6
#         - pandas==3.1.1
#         - h5py==3.14.0
#         - memelite==0.5.0
#         - numba==0.68.1
RUN mkdir -p /conda-envs/f6b1cca63fb07332d4bff0044fa3b77b
COPY envs/meme.yaml /conda-envs/f6b1cca63fb07332d4bff0044fa3b77b/environment.yaml
# Conda environment:
#   source: envs/modisco.yaml
#   prefix: /conda-envs/0274010c65e4b6e5b10270bfbc927a48
#   # The rule that finds patterns in attribution maps (readout method tfmodisco), which only some configurations
#   # have: modisco, and the packages that its results depend on. The pip pins are those of requirements/test.txt.
#   channels:
#     - conda-forge
#     - bioconda
#     - nodefaults
#   dependencies:
#     - python=3.11
#     - pip=25.2
#     - pip:
#         - modisco==2.5.2
#         - leidenalg==0.12.0
#         - igraph==1.0.0
#         - numpy==2.4.6
#         - pandas==3.1.1
#         - h5py==3.14.0
#         - scipy==1.17.1
#         - scikit-learn==1.9.1
#         - memelite==0.5.0
#         - numba==0.68.1
RUN mkdir -p /conda-envs/0274010c65e4b6e5b10270bfbc927a48
COPY envs/modisco.yaml /conda-envs/0274010c65e4b6e5b10270bfbc927a48/environment.yaml

RUN conda env create --prefix /conda-envs/9bfceaa712fa66b392a4439893f72741 --file /conda-envs/9bfceaa712fa66b392a4439893f72741/environment.yaml && \
    conda env create --prefix /conda-envs/45082b24b5a72124768abe2d6b0d4f35 --file /conda-envs/45082b24b5a72124768abe2d6b0d4f35/environment.yaml && \
    conda env create --prefix /conda-envs/bd55f83171280160e6b7b4de7ed353bb --file /conda-envs/bd55f83171280160e6b7b4de7ed353bb/environment.yaml && \
    conda env create --prefix /conda-envs/f6b1cca63fb07332d4bff0044fa3b77b --file /conda-envs/f6b1cca63fb07332d4bff0044fa3b77b/environment.yaml && \
    conda env create --prefix /conda-envs/0274010c65e4b6e5b10270bfbc927a48 --file /conda-envs/0274010c65e4b6e5b10270bfbc927a48/environment.yaml && \
    conda clean --all -y
