"""What `unbraid --help` and `unbraid COMMAND --help` say."""

OVERRIDES = """\
what to run, as key=value in Hydra's grammar:
  method=c_vitae dataset=digits scale=smoke       choose from a group (`unbraid list`)
  method.lr=1e-3 scale.epochs=20 seed=7           set a value
  method.lr=choice(1e-4,1e-3)                     sweep it (quote it: shells read brackets)
  search=optuna trials=9 method.d=interval(2,16)  let a search choose from it, or search=random
  scheduler=asha                                  stop early what falls behind the others
  keep=all                                        keep every trained model, or best, or none
  ray.num_cpus=2 ray.address=auto                 what Ray may use, or a running cluster
scales: smoke (seconds a trial), small (minutes a sweep on a laptop), paper (the published setting)
"""

EXIT_CODES = """\
exit codes: 0 all is done and nothing failed; 1 some trial failed or is missing;
2 a mistake in the command or its files, found before work starts; 130 interrupted
"""

_FORMATS = """\
formats (docs/export.md says what each of them holds):
  csv, parquet   one row a trial with all its columns; with --curves one row a point
  latex          a booktabs table a dataset: mean ± spread over seeds, the best in bold
  tensorboard    event files: learning curves and hyperparameters of each trial
  mlflow         a file store, or a server with --out http://...: one run a trial
  wandb          offline runs that `wandb sync` uploads
Without --out the export goes into the run directory. What exists is replaced only with --force.
"""

COMMANDS = {
    "list": (
        "name what there is to choose from, one line each",
        "examples:\n  unbraid list methods\n  unbraid list methods c_vitae\n"
        "  unbraid list metrics elbo\n  unbraid list scales smoke\n  unbraid list kinds\n",
    ),
    "train": (
        "run one trial in this process, without Ray",
        "example:\n  unbraid train method=c_vitae dataset=digits method.lr=1e-3 scale=smoke\n",
    ),
    "sweep": (
        "run every trial of a search space through Ray, or what is missing of it",
        "examples:\n"
        "  unbraid sweep space=vitae_stability scale=small run_dir=runs/stability\n"
        "  unbraid sweep space=vitae_stability seeds=5 dry_run=true\n"
        "  unbraid sweep space=tune_vitae trials=40 scale=smoke run_dir=runs/tune\n"
        "  unbraid sweep method=vae dataset=digits 'method.lr=choice(1e-4,1e-3)'\n",
    ),
    "config": (
        "print the resolved configuration of a sweep as YAML, with the source of each value",
        "examples:\n"
        "  unbraid config method=vae method.lr=3e-4 scale=smoke\n"
        "  unbraid config space=rodi_ablation scale=paper\n",
    ),
    "status": ("say what of a sweep is done", "example:\n  unbraid status runs/stability\n"),
    "resume": (
        "run what is missing of a sweep",
        "examples:\n"
        "  unbraid resume runs/stability\n"
        "  unbraid resume runs/stability retry_failed=true ray.num_cpus=4\n",
    ),
    "report": (
        "draw a sweep's results into one HTML file",
        "example:\n  unbraid report runs/stability --out stability.html\n",
    ),
    "leaderboard": (
        "put every method of one or several run directories side by side, as one HTML file",
        "examples:\n"
        "  unbraid leaderboard runs/board\n"
        "  unbraid leaderboard runs/board s3://bucket/board --out board.html\n"
        "  unbraid leaderboard --add my_method.MyMethod --like runs/board\n"
        "trials that several run directories hold count once; what differs in budget, data or\n"
        "versions is marked and never averaged; docs/leaderboard.md says how to read the page\n",
    ),
    "compare": (
        "say what got better, worse or neither from one run directory to another",
        "examples:\n"
        "  unbraid compare runs/before runs/after\n"
        "  unbraid compare runs/before runs/after --out changes.html\n",
    ),
    "evaluate": (
        "compute further metrics of a sweep's kept models, without training again",
        "examples:\n"
        "  unbraid evaluate runs/stability metrics=[log_px]\n"
        "  unbraid evaluate runs/stability metrics=[log_px,my_metrics.sharpness] device=cuda\n"
        "models that have values already are left as they are; `unbraid list metrics` names what\n"
        "there is; the report then shows the new columns\n",
    ),
    "encode": (
        "write the codes of images by a kept model into a Parquet file",
        "examples:\n"
        "  unbraid encode runs/stability --out codes.parquet\n"
        "  unbraid encode runs/stability 0b1c2d3e4f50 --data dataset=glyphs --out codes.parquet\n"
        "without --data the images are those of the model's own dataset; NAME:PATH is short for\n"
        "dataset=NAME dataset.path=PATH; columns: split, index, GROUP.0 ... of each latent group,\n"
        "factor.NAME where known\n",
    ),
    "export": (
        "write a sweep's results in the format of another program",
        _FORMATS + "\nexamples:\n"
        "  unbraid export runs/stability --format csv\n"
        "  unbraid export runs/stability --format csv --curves\n"
        "  unbraid export runs/six --format latex --metrics elbo,mse --out paper/six.tex\n"
        "  unbraid export runs/stability --format tensorboard --out boards/stability\n",
    ),
    "cluster": (
        "say before money is spent whether a cluster's file is right, and what it costs an hour",
        "examples:\n"
        "  unbraid cluster check cluster.yaml\n"
        "  unbraid cluster check docs/clusters/local.yaml\n"
        "looks at the schema, at what is still to be set, at keys, machines, image, roles and\n"
        "bucket (on AWS), and at prices in a dated table; exit code 1 says that something is bad;\n"
        "docs/cluster.md explains the file\n",
    ),
    "submit": (
        "run a sweep on a cluster, from a machine that may then be switched off",
        "examples:\n"
        "  unbraid submit cluster.yaml sweep space=vitae_stability scale=paper dataset=mnist \\\n"
        "      run_dir=s3://BUCKET/stability\n"
        "  unbraid submit cluster.yaml resume s3://BUCKET/stability\n"
        "CLUSTER is the file that `ray up` was given, or the address of the cluster's dashboard.\n"
        "The folder you stand in is copied to the cluster, without what .gitignore names; Ctrl-C\n"
        "leaves the job running; the exit code is the job's\n",
    ),
    "jobs": ("list a cluster's jobs", "example:\n  unbraid jobs cluster.yaml\n"),
    "logs": (
        "print what a job on a cluster prints, until it ends",
        "examples:\n  unbraid logs cluster.yaml\n  unbraid logs cluster.yaml raysubmit_Xy1\n",
    ),
    "stop": (
        "end a job on a cluster; what it has finished is kept",
        "examples:\n  unbraid stop cluster.yaml\n  unbraid stop cluster.yaml raysubmit_Xy1\n",
    ),
    "doctor": (
        "check this machine (versions, processors, data, disk, Ray), or every file of a run",
        "examples:\n"
        "  unbraid doctor\n"
        "  unbraid doctor runs/stability\n"
        "  unbraid doctor s3://bucket/stability --repair\n"
        "of a run every row, curve, array and model is read and compared with its checksum and\n"
        "the plan; --repair moves what is damaged to corrupt/ and deletes nothing, and is refused\n"
        "while a sweep runs; `unbraid resume` then runs what is missing; exit code 1 says that\n"
        "something is damaged and stays so, or that a planned trial is missing; without a run,\n"
        "that something would keep a sweep from running here\n",
    ),
    "watch": (
        "show how a running sweep gets on, from anywhere",
        "examples:\n"
        "  unbraid watch runs/stability\n"
        "  unbraid watch s3://bucket/stability --every 30\n"
        "reads the run directory alone; ends with the sweep or with Ctrl-C, with the exit code\n"
        "of `unbraid status`\n",
    ),
}
"""For each command: a line, and examples with what else there is to know."""
